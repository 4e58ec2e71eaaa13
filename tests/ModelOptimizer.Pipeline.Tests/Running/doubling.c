// An operator for tests: com.example.Double, y = 2x, float32 of up to 8 dimensions.
#include <stddef.h>
#include <stdint.h>
#include "onnxruntime_c_api.h"

static const OrtApi* api;

static void* ORT_API_CALL create(const OrtCustomOp* op, const OrtApi* given, const OrtKernelInfo* info) { return (void*)op; }
static void ORT_API_CALL destroy(void* kernel) {}
static const char* ORT_API_CALL name(const OrtCustomOp* op) { return "Double"; }
static const char* ORT_API_CALL provider(const OrtCustomOp* op) { return NULL; }
static ONNXTensorElementDataType ORT_API_CALL type(const OrtCustomOp* op, size_t i) { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }
static size_t ORT_API_CALL one(const OrtCustomOp* op) { return 1; }
static int ORT_API_CALL arity(const OrtCustomOp* op) { return 1; }
static OrtMemType ORT_API_CALL memory(const OrtCustomOp* op, size_t i) { return OrtMemTypeDefault; }
static OrtCustomOpInputOutputCharacteristic ORT_API_CALL required(const OrtCustomOp* op, size_t i) { return INPUT_OUTPUT_REQUIRED; }

static void ORT_API_CALL compute(void* kernel, OrtKernelContext* context) {
  const OrtValue* input;
  OrtValue* output;
  OrtTensorTypeAndShapeInfo* info;
  size_t rank, count;
  int64_t dims[8];
  float *x, *y;
  OrtStatus* status = api->KernelContext_GetInput(context, 0, &input);
  if (!status) status = api->GetTensorTypeAndShape(input, &info);
  if (!status) status = api->GetDimensionsCount(info, &rank);
  if (!status) status = api->GetDimensions(info, dims, rank);
  if (!status) status = api->GetTensorShapeElementCount(info, &count);
  if (!status) status = api->KernelContext_GetOutput(context, 0, dims, rank, &output);
  if (!status) status = api->GetTensorMutableData((OrtValue*)input, (void**)&x);
  if (!status) status = api->GetTensorMutableData(output, (void**)&y);
  for (size_t i = 0; !status && i < count; i++) y[i] = 2 * x[i];
  api->ReleaseTensorTypeAndShapeInfo(info);
}

static OrtCustomOp twice = {
    .version = 16, .CreateKernel = create, .GetName = name, .GetExecutionProviderType = provider, .GetInputType = type, .GetInputTypeCount = one,
    .GetOutputType = type, .GetOutputTypeCount = one, .KernelCompute = compute, .KernelDestroy = destroy, .GetInputCharacteristic = required,
    .GetOutputCharacteristic = required, .GetInputMemoryType = memory, .GetVariadicInputMinArity = arity, .GetVariadicInputHomogeneity = arity,
    .GetVariadicOutputMinArity = arity, .GetVariadicOutputHomogeneity = arity};

ORT_EXPORT OrtStatus* ORT_API_CALL RegisterCustomOps(OrtSessionOptions* options, const OrtApiBase* base) {
  OrtCustomOpDomain* domain;
  api = base->GetApi(16);
  OrtStatus* status = api->CreateCustomOpDomain("com.example", &domain);
  if (!status) status = api->CustomOpDomain_Add(domain, &twice);
  return status ? status : api->AddCustomOpDomain(options, domain);
}
