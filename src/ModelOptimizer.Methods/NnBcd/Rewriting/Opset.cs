using ModelOptimizer.Onnx;

namespace ModelOptimizer.Methods.NnBcd.Rewriting;

/// <summary>The version of ONNX's own operators that a model uses.</summary>
internal static class Opset
{
    public static long Of(OnnxModel model) =>
        model.Proto.OpsetImport.Where(import => import.Domain is "" or "ai.onnx").Select(import => import.Version).DefaultIfEmpty(1).Max();
}
