"""What OpenAI's own Python client sends to /embeddings, and what it reads from an answer: openai_client.json.

    pip install openai numpy && python make_openai_client.py > openai_client.json

Made with openai 3.22.1 and numpy 2.4.6.
"""
import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
from openai import OpenAI

DIMS = 6
TEXTS = ["The tide was going out.", "Water left the bay.", "ΔE = mc² \U0001f30a", 'a "quoted" line\nand another', " "]
random = np.random.default_rng(15)
rows = random.standard_normal((len(TEXTS), DIMS)).astype("<f4")
rows[0, :4] = [1e-45, -0.0, 3.4028235e38, 1.17549435e-38]

seen = []


class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        request = json.loads(body)
        as_base64 = request["encoding_format"] == "base64"
        embeddings = [
            base64.b64encode(row.tobytes()).decode() if as_base64 else [float(x) for x in row]
            for row in rows[: len(request["input"])]
        ]
        answer = json.dumps(
            {
                "object": "list",
                "data": [
                    {"object": "embedding", "index": i, "embedding": embedding}
                    for i, embedding in enumerate(embeddings)
                ],
                "model": request["model"],
                "usage": {"prompt_tokens": 5, "total_tokens": 5},
            }
        )
        seen.append(
            {
                "path": self.path,
                "authorization": self.headers["authorization"],
                "contentType": self.headers["content-type"],
                "body": request,
                "answer": answer,
            }
        )
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = OpenAI(api_key="sk-example", base_url=f"http://127.0.0.1:{server.server_port}/v1")

calls = []
for model, options in [
    ("text-embedding-ada-002", {}),
    ("text-embedding-3-small", {"dimensions": DIMS}),
    ("text-embedding-3-large", {"dimensions": DIMS, "encoding_format": "float"}),
]:
    response = client.embeddings.create(model=model, input=TEXTS, **options)
    # Nine digits give every f32 back.
    read = [[float(f"{x:.9g}") for x in item.embedding] for item in response.data]
    calls.append({**seen[-1], "read": read})
print(json.dumps({"texts": TEXTS, "dims": DIMS, "calls": calls}, indent=1, ensure_ascii=False))
