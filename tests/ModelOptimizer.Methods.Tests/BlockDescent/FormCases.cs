using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

/// <summary>Models of one layer, in every way that the rewriting knows.</summary>
internal static class FormCases
{
    /// <summary>A Gemm of 24 inputs and 12 outputs.</summary>
    public static OnnxModel Gemm(
        bool transA = false,
        bool transB = false,
        double alpha = 1,
        double beta = 1,
        bool bias = true,
        int opset = 13,
        DataType type = DataType.Float,
        bool constant = false,
        long ir = 8
    )
    {
        var builder = new GraphBuilder(opset, ir).Input("x", transA ? [24, 5] : [5, 24], (int)type);
        long[] shape = transB ? [12, 24] : [24, 12];
        builder = constant ? builder.Constant("w", shape, GraphBuilder.Normal(shape, 0.2, 3), (int)type) : builder.Random("w", shape, 0.2, (int)type);
        builder = bias || opset < 11 ? builder.Random("c", [12], 0.5, (int)type) : builder;
        return builder
            .Node(
                "Gemm",
                bias || opset < 11 ? ["x", "w", "c"] : ["x", "w"],
                ["y"],
                ("transA", transA ? 1 : 0),
                ("transB", transB ? 1 : 0),
                ("alpha", alpha),
                ("beta", beta)
            )
            .Output("y", null, (int)type)
            .Build();
    }

    /// <summary>A MatMul of 24 inputs and 12 outputs on a stack of matrices.</summary>
    public static OnnxModel MatMul(bool add, int opset = 13, DataType type = DataType.Float, bool constant = false)
    {
        var builder = new GraphBuilder(opset).Input("x", [2, 5, 24], (int)type);
        builder = constant ? builder.Constant("w", [24, 12], GraphBuilder.Normal([24, 12], 0.2, 3), (int)type) : builder.Random("w", [24, 12], 0.2, (int)type);
        builder = builder.Node("MatMul", ["x", "w"], ["y"]);
        return (
            add
                ? builder.Random("c", [1, 12], 0.5, (int)type).Node("Add", ["c", "y"], ["z"]).Output("z", null, (int)type)
                : builder.Output("y", null, (int)type)
        ).Build();
    }

    /// <summary>A convolution of 8 inputs and 12 outputs.</summary>
    public static OnnxModel Conv(int[] kernel, int group = 1, bool bias = true, int opset = 13, params (string Name, object Value)[] attributes) =>
        new GraphBuilder(opset).Input("x", [2, 8, .. kernel.Select(_ => 9L)]).Conv("x", "y", 12, 8, kernel, bias, group, attributes).Output("y").Build();

    /// <summary>The same model with all numbers in another type.</summary>
    public static OnnxModel In(DataType type, OnnxModel model)
    {
        var result = model.Clone();
        foreach (
            var tensor in result.Graph.Initializer.Concat(
                result.Graph.Node.SelectMany(node => node.Attribute).Select(attribute => attribute.T).OfType<TensorProto>()
            )
        )
        {
            var values = WeightValues.ReadDoubles(tensor);
            tensor.DataType = (int)type;
            WeightValues.Write(tensor, values);
        }

        foreach (var info in result.Graph.Input.Concat(result.Graph.Output))
        {
            info.Type.TensorType.ElemType = (int)type;
        }

        return result;
    }

    /// <summary>Numbers for the one input that is not a weight.</summary>
    public static Batch Inputs(OnnxModel model)
    {
        var all = new RandomBatches(model).Read().First().Inputs;
        return new Batch(new Dictionary<string, HostTensor>(StringComparer.Ordinal) { ["x"] = all["x"] }, 1);
    }

    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>The models by what is special about them.</summary>
    public static Dictionary<string, Func<OnnxModel>> All { get; } =
        new(StringComparer.Ordinal)
        {
            ["gemm"] = () => Gemm(),
            ["gemm transB"] = () => Gemm(transB: true),
            ["gemm transA"] = () => Gemm(transA: true),
            ["gemm transA transB"] = () => Gemm(transA: true, transB: true),
            ["gemm alpha beta"] = () => Gemm(alpha: 0.5, beta: 2),
            ["gemm transB alpha beta"] = () => Gemm(transB: true, alpha: 1.5, beta: 0.5),
            ["gemm without C"] = () => Gemm(bias: false),
            ["gemm without C transA alpha"] = () => Gemm(transA: true, alpha: 2, bias: false),
            ["gemm opset 7"] = () => Gemm(opset: 7),
            ["gemm opset 9 transA"] = () => Gemm(transA: true, alpha: 0.5, beta: 2, opset: 9),
            ["gemm opset 21"] = () => Gemm(opset: 21, ir: 10),
            ["gemm of a Constant node"] = () => Gemm(constant: true),
            ["gemm whose weights are inputs"] = () => Gemm(opset: 8, ir: 3),
            ["gemm double"] = () => Gemm(type: DataType.Double),
            ["matmul"] = () => MatMul(add: false),
            ["matmul add"] = () => MatMul(add: true),
            ["matmul add opset 7"] = () => MatMul(add: true, opset: 7),
            ["matmul of a Constant node"] = () => MatMul(add: true, constant: true),
            ["matmul double"] = () => MatMul(add: true, type: DataType.Double),
            ["conv"] = () => Conv([3, 3]),
            ["conv without bias"] = () => Conv([3, 3], bias: false),
            ["conv pads strides dilations"] = () =>
                Conv([3, 3], 1, true, 13, ("pads", new[] { 1, 0, 2, 1 }), ("strides", new[] { 2, 1 }), ("dilations", new[] { 1, 2 })),
            ["conv same"] = () => Conv([3, 3], 1, true, 13, ("auto_pad", "SAME_UPPER"), ("kernel_shape", new[] { 3, 3 })),
            ["conv opset 7"] = () => Conv([3, 3], opset: 7),
            ["conv groups"] = () => Conv([3, 3], group: 2),
            ["conv 1-D"] = () => Conv([5], 1, true, 13, ("pads", new[] { 2, 1 })),
            ["conv 1-D groups"] = () => Conv([4], group: 2, bias: false),
            ["conv of one tap"] = () => Conv([1, 1], 1, true, 13, ("strides", new[] { 2, 2 })),
        };
}
