{
  "targets": [
    {
      "target_name": "native",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake",
          "inputs": ["CMakeLists.txt"],
          "outputs": ["<(PRODUCT_DIR)/.cmake-always"],
          "action": [
            "node",
            "<!(node -p \"require.resolve('cmake-js/bin/cmake-js')\")",
            "build",
            "--directory",
            "<(module_root_dir)",
            "--out",
            "<(module_root_dir)/build/cmake"
          ]
        }
      ]
    }
  ]
}
