using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// What a network learned: weights and biases of its layers, scales and shifts of its normalisations, and vectors that are added or multiplied. Statistics of batch
/// normalisations, embeddings and other constants stay as they are.
/// </summary>
internal static class TrainableWeights
{
    /// <summary>The names of the float32 constants that can be trained and that <paramref name="output"/> depends on, in the order in which the model reads them.</summary>
    public static IReadOnlyList<string> Find(OnnxModel model, string output)
    {
        var needed = Behind(model, output);
        var constants = new ConstantLookup(model.Graph);
        var loadTime = new LoadTimeNodes(model.Proto);
        var given = GivenTensors.Of(model.Proto);
        var uses = new TensorUses(model.Proto);
        bool IsFree(ConstantTensor constant) =>
            constant.Tensor.DataType == (int)DataType.Float && needed.Contains(constant.Name) && !given.Contains(constant.Name) && !uses.IsOutput(constant.Name)
            && (constant.Node is null || constant.Node.Attribute("value") is not null) && WeightValues.Defect(constant.Tensor) is null;
        return
        [
            .. model.Graph.Node.Where(node => !loadTime.Contains(node))
                .SelectMany(node => node.Input.Select((name, place) => (Constant: constants.Find(name), node, place)))
                .Where(input => input.Constant is { } constant && IsFree(constant) && IsLearned(input.node.Operator(), input.place, constant.Tensor))
                .Select(input => input.Constant!.Name)
                .Distinct(StringComparer.Ordinal),
        ];
    }

    private static HashSet<string> Behind(OnnxModel model, string output)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal) { output };
        foreach (var node in model.Graph.Node.Reverse().Where(node => node.Output.Any(needed.Contains)))
        {
            needed.UnionWith(node.Input);
        }

        return needed;
    }

    private static bool IsLearned(string? operation, int place, TensorProto tensor) => operation switch
    {
        "Conv" or "ConvTranspose" or "Gemm" => place is 1 or 2,
        "BatchNormalization" or "LayerNormalization" or "InstanceNormalization" or "GroupNormalization" => place is 1 or 2,
        "MatMul" => tensor.Dims.Count >= 2,
        "PRelu" => place == 1,
        // Masks and positions are no vectors, and a single number is more likely part of a formula.
        "Add" or "Mul" => tensor.Dims.Count(extent => extent != 1) == 1,
        _ => false,
    };
}
