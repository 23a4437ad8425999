// Metal itself, found at run time: no SDK is needed to build this, and where the framework is missing the CPU
// does the work. Every call is objc_msgSend with the exact types of the method.
#include "native/metal/framework.h"

#include <dlfcn.h>

#include <map>
#include <type_traits>
#include <utility>

#include "native/memory/region.h"
#include "native/metal/sources.h"
#include "native/program/device.h"

namespace vmm::metal {
namespace {

// Of Metal's headers, and of those of the Objective-C run time on arm64.
using id = struct Object*;
using Selector = struct Name*;
using Unsigned = unsigned long;
struct MTLSize {
  Unsigned width, height, depth;
};
constexpr Unsigned kResourceStorageModeShared = 0, kDispatchTypeConcurrent = 1, kBarrierScopeBuffers = 1,
                   kDataTypeInt = 29, kLanguageVersion3_1 = (3 << 16) + 1, kCommandBufferStatusError = 5,
                   kGpuFamilyApple7 = 1007;
// Without Core Graphics in the process, Metal has no default device.
constexpr const char *kGraphicsPath = "/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics",
                     *kFrameworkPath = "/System/Library/Frameworks/Metal.framework/Metal",
                     *kRuntimePath = "/usr/lib/libobjc.A.dylib";

// The Objective-C run time, found at run time as well.
struct Runtime {
  void* messageSend;
  id (*classNamed)(const char*);
  Selector (*selector)(const char*);
  void* (*pushPool)();
  void (*popPool)(void*);
  id (*retain)(id);
  void (*release)(id);
};

const Runtime* loadRuntime() {
  void* library = dlopen(kRuntimePath, RTLD_NOW | RTLD_LOCAL);
  static Runtime runtime;
  const auto find = [library](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    return function != nullptr;
  };
  const bool all = library && find(runtime.messageSend, "objc_msgSend") &&
                   find(runtime.classNamed, "objc_getClass") && find(runtime.selector, "sel_registerName") &&
                   find(runtime.pushPool, "objc_autoreleasePoolPush") &&
                   find(runtime.popPool, "objc_autoreleasePoolPop") && find(runtime.retain, "objc_retain") &&
                   find(runtime.release, "objc_release");
  return all ? &runtime : nullptr;
}

// Null where there is none.
const Runtime* runtime() {
  static const Runtime* const loaded = loadRuntime();
  return loaded;
}

template <class Result, class... Arguments>
Result send(id object, const char* selector, Arguments... arguments) {
  using Method = Result (*)(id, Selector, Arguments...);
  return reinterpret_cast<Method>(runtime()->messageSend)(object, runtime()->selector(selector),
                                                          arguments...);
}

id newObject(const char* name) { return send<id>(send<id>(runtime()->classNamed(name), "alloc"), "init"); }

id toNSString(const char* text) {
  return send<id>(runtime()->classNamed("NSString"), "stringWithUTF8String:", text);
}

std::string toText(id string) {
  const char* text = string ? send<const char*>(string, "UTF8String") : nullptr;
  return text ? text : "";
}

std::string describe(id error) {
  return error ? toText(send<id>(error, "localizedDescription")) : "no reason given";
}

class Pool {
 public:
  Pool() : pool_(runtime()->pushPool()) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { runtime()->popPool(pool_); }

 private:
  void* pool_;
};

// An object that this process owns a reference to.
class Owned {
 public:
  Owned() = default;
  explicit Owned(id object) : object_(object) {}
  Owned(Owned&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Owned() {
    if (object_) runtime()->release(object_);
  }
  static Owned retained(id object) { return Owned(runtime()->retain(object)); }

  id get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  id object_ = nullptr;
};

struct MetalBuffer final : Buffer {
  explicit MetalBuffer(Owned held) : object(std::move(held)) {}
  // Any thread gives pages back, and most have no pool.
  ~MetalBuffer() override {
    const Pool pool;
    const Owned last = std::move(object);
  }
  Owned object;
};

struct MetalPipeline final : Pipeline {
  explicit MetalPipeline(Owned held) : object(std::move(held)) {}
  Owned object;
};

class MetalCommands final : public Commands {
 public:
  MetalCommands(Owned buffer, Owned encoder) : buffer_(std::move(buffer)), encoder_(std::move(encoder)) {}
  // An encoder has to be ended, whatever became of its commands.
  ~MetalCommands() override {
    const Pool pool;
    end();
    const Owned buffer = std::move(buffer_), encoder = std::move(encoder_);
  }

  void beginOp(const OpSpec& op, const View*) override {
    const Pool pool;
    send<void>(encoder_.get(), "pushDebugGroup:", toNSString(op.name));
  }
  void endOp() override { send<void>(encoder_.get(), "popDebugGroup"); }
  void setPipeline(const Pipeline& pipeline) override {
    send<void>(encoder_.get(),
               "setComputePipelineState:", static_cast<const MetalPipeline&>(pipeline).object.get());
  }
  void setBytes(uint32_t index, const void* bytes, size_t count) override {
    send<void>(encoder_.get(), "setBytes:length:atIndex:", bytes, static_cast<Unsigned>(count),
               static_cast<Unsigned>(index));
  }
  void setBuffer(uint32_t index, const Buffer& buffer, size_t offset, size_t) override {
    send<void>(encoder_.get(),
               "setBuffer:offset:atIndex:", static_cast<const MetalBuffer&>(buffer).object.get(),
               static_cast<Unsigned>(offset), static_cast<Unsigned>(index));
  }
  void dispatch(const Size& groups, const Size& threads) override {
    send<void>(encoder_.get(),
               "dispatchThreadgroups:threadsPerThreadgroup:", MTLSize{groups[0], groups[1], groups[2]},
               MTLSize{threads[0], threads[1], threads[2]});
  }
  void barrier() override { send<void>(encoder_.get(), "memoryBarrierWithScope:", kBarrierScopeBuffers); }
  // Called on the executor's thread, which has nothing else to do until then; JavaScript goes on.
  std::string finish() override {
    const Pool pool;
    end();
    send<void>(buffer_.get(), "commit");
    send<void>(buffer_.get(), "waitUntilCompleted");
    if (send<Unsigned>(buffer_.get(), "status") != kCommandBufferStatusError) return {};
    return describe(send<id>(buffer_.get(), "error"));
  }

 private:
  void end() {
    if (std::exchange(ended_, true)) return;
    send<void>(encoder_.get(), "endEncoding");
  }

  Owned buffer_, encoder_;
  bool ended_ = false;
};

class MetalFramework final : public Framework {
 public:
  MetalFramework(Owned device, Owned queue) : device_(std::move(device)), queue_(std::move(queue)) {}

  std::string description() const override {
    const Pool pool;
    return toText(send<id>(device_.get(), "name"));
  }

  std::unique_ptr<Buffer> wrap(std::byte* base, size_t bytes) override {
    const Pool pool;
    const auto length = static_cast<Unsigned>(alignUp(bytes, kPageMultiple));
    if (length == 0 || reinterpret_cast<uintptr_t>(base) % kPageMultiple != 0) return nullptr;
    if (length > send<Unsigned>(device_.get(), "maxBufferLength")) return nullptr;
    Owned buffer(send<id>(device_.get(),
                          "newBufferWithBytesNoCopy:length:options:deallocator:", static_cast<void*>(base),
                          length, kResourceStorageModeShared, static_cast<void*>(nullptr)));
    // The device of a virtual machine gives a buffer of no length instead of none.
    if (!buffer || send<Unsigned>(buffer.get(), "length") < length) return nullptr;
    return std::make_unique<MetalBuffer>(std::move(buffer));
  }

  std::unique_ptr<Pipeline> pipeline(const char* op, const char* kernel, std::span<const int32_t> constants,
                                     std::string& problem) override {
    const Pool pool;
    const id library = libraryOf(op, problem);
    if (!library) return nullptr;
    const Owned values(newObject("MTLFunctionConstantValues"));
    for (size_t i = 0; i < constants.size(); ++i)
      send<void>(values.get(), "setConstantValue:type:atIndex:", static_cast<const void*>(&constants[i]),
                 kDataTypeInt, static_cast<Unsigned>(i));
    id error = nullptr;
    const Owned function(send<id>(library, "newFunctionWithName:constantValues:error:", toNSString(kernel),
                                  values.get(), &error));
    if (!function) return problem = describe(error), nullptr;
    Owned state(
        send<id>(device_.get(), "newComputePipelineStateWithFunction:error:", function.get(), &error));
    if (!state) return problem = describe(error), nullptr;
    return std::make_unique<MetalPipeline>(std::move(state));
  }

  std::unique_ptr<Commands> commands() override {
    const Pool pool;
    Owned buffer = Owned::retained(send<id>(queue_.get(), "commandBuffer"));
    if (!buffer) return nullptr;
    Owned encoder = Owned::retained(
        send<id>(buffer.get(), "computeCommandEncoderWithDispatchType:", kDispatchTypeConcurrent));
    if (!encoder) return nullptr;
    return std::make_unique<MetalCommands>(std::move(buffer), std::move(encoder));
  }

  // A tenth of a second on the slowest GPU, an M1 with 2 TFLOP/s.
  double mostWork() const override { return 1e11; }

 private:
  // The kernels of an op, compiled at their first use.
  id libraryOf(const char* op, std::string& problem) {
    Owned& library = libraries_[op];
    if (library) return library.get();
    const std::string source = sourceOf(op);
    const Owned options(newObject("MTLCompileOptions"));
    send<void>(options.get(), "setLanguageVersion:", kLanguageVersion3_1);
    send<void>(options.get(), "setFastMathEnabled:", false);
    id error = nullptr;
    library = Owned(send<id>(device_.get(), "newLibraryWithSource:options:error:", toNSString(source.c_str()),
                             options.get(), &error));
    if (!library) problem = describe(error);
    return library.get();
  }

  Owned device_, queue_;
  std::map<std::string, Owned> libraries_;
};

// A worker thread that was the only user unloads the addon, which is called once more when the process exits.
void stayLoaded() {
  Dl_info own;
  if (dladdr(reinterpret_cast<const void*>(&stayLoaded), &own))
    dlopen(own.dli_fname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

}  // namespace

std::unique_ptr<Framework> startFramework(std::string& why) {
  if (!runtime()) return why = "the Objective-C run time is not there", nullptr;
  const Pool pool;
  stayLoaded();
  dlopen(kGraphicsPath, RTLD_NOW | RTLD_LOCAL);
  void* framework = dlopen(kFrameworkPath, RTLD_NOW | RTLD_LOCAL);
  const auto create =
      framework ? reinterpret_cast<id (*)()>(dlsym(framework, "MTLCreateSystemDefaultDevice")) : nullptr;
  if (!create) return why = "the Metal framework is not there", nullptr;
  Owned device(create());
  if (!device) return why = "this machine has no Metal device", nullptr;
  if (!send<bool>(device.get(), "supportsFamily:", static_cast<long>(kGpuFamilyApple7)))
    return why = toText(send<id>(device.get(), "name")) + " is no GPU of Apple Silicon", nullptr;
  Owned queue(send<id>(device.get(), "newCommandQueue"));
  if (!queue) return why = "Metal gives no command queue", nullptr;
  return std::make_unique<MetalFramework>(std::move(device), std::move(queue));
}

}  // namespace vmm::metal

namespace vmm {

const char* const kDeviceName = "metal";

}  // namespace vmm
