using ModelOptimizer.Onnx;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.Quantization;

/// <summary>Small networks with every kind of weight, extents odd wherever they may be.</summary>
internal static class StoredCases
{
    public static IReadOnlyDictionary<string, Func<int, DataType, OnnxModel>> All { get; } =
        new Dictionary<string, Func<int, DataType, OnnxModel>>(StringComparer.Ordinal)
        {
            ["conv, odd, with a bias"] = (opset, type) =>
                Of(opset, type, [2, 15, 6, 6], [21, 15, 3, 3], (graph, x, w) => graph.Node("Conv", [x, w], ["y"], ("pads", new[] { 1, 1, 1, 1 }))),
            ["conv in groups"] = (opset, type) =>
                Of(opset, type, [2, 12, 6, 6], [40, 3, 5, 5], (graph, x, w) => graph.Node("Conv", [x, w], ["y"], ("group", 4))),
            ["depthwise conv"] = (opset, type) =>
                Of(opset, type, [1, 63, 8, 8], [63, 1, 7, 7], (graph, x, w) => graph.Node("Conv", [x, w], ["y"], ("group", 63))),
            ["conv of one dimension"] = (opset, type) => Of(opset, type, [2, 31, 9], [33, 31, 3], (graph, x, w) => graph.Node("Conv", [x, w], ["y"])),
            ["conv of three dimensions"] = (opset, type) =>
                Of(opset, type, [1, 5, 4, 4, 4], [26, 5, 3, 3, 3], (graph, x, w) => graph.Node("Conv", [x, w], ["y"])),
            ["transposed conv"] = (opset, type) => Of(opset, type, [1, 17, 4, 4], [17, 20, 3, 3], (graph, x, w) => graph.Node("ConvTranspose", [x, w], ["y"])),
            ["transposed conv in groups"] = (opset, type) =>
                Of(opset, type, [1, 16, 4, 4], [16, 15, 4, 4], (graph, x, w) => graph.Node("ConvTranspose", [x, w], ["y"], ("group", 2))),
            ["gemm"] = (opset, type) => Gemm(opset, type, [63, 65], 0),
            ["gemm, transposed"] = (opset, type) => Gemm(opset, type, [65, 63], 1),
            ["matmul"] = (opset, type) => Of(opset, type, [3, 4, 63], [63, 61], (graph, x, w) => graph.Node("MatMul", [x, w], ["y"])),
            ["matmul, weight first"] = (opset, type) => Of(opset, type, [63, 4], [61, 63], (graph, x, w) => graph.Node("MatMul", [w, x], ["y"])),
            ["matmul of a stack"] = (opset, type) => Of(opset, type, [3, 4, 31], [3, 31, 41], (graph, x, w) => graph.Node("MatMul", [x, w], ["y"])),
        };

    /// <summary>A model whose embedding is looked up.</summary>
    public static OnnxModel Gather(int opset)
    {
        var graph = new GraphBuilder(opset).Random("w", [67, 63]);
        graph.Input("x", [2, 3], (int)DataType.Int64).Node("Gather", ["w", "x"], ["y"]).Output("y");
        return graph.Build();
    }

    /// <summary>A recurrent network, one node of each kind.</summary>
    public static OnnxModel Recurrent(int opset, string kind, int gates)
    {
        var graph = new GraphBuilder(opset).Random("w", [2, gates * 15, 21], 0.3).Random("r", [2, gates * 15, 15], 0.3);
        graph.Input("x", [5, 2, 21]).Node(kind, ["x", "w", "r"], ["y"], ("hidden_size", 15), ("direction", "bidirectional")).Output("y");
        return graph.Build();
    }

    /// <summary>Several small layers, one weight read twice, one behind a BatchNormalization that runtimes fold.</summary>
    public static OnnxModel Network(int opset, long irVersion = 8)
    {
        var graph = new GraphBuilder(opset, irVersion).Input("x", [2, 3, 10, 10]);
        graph.Conv("x", "c1", 16, 3, [3, 3]).Node("Relu", ["c1"], ["r1"]);
        graph.Conv("r1", "c2", 19, 16, [3, 3], bias: false).BatchNormalization("c2", "b2", 19).Node("Relu", ["b2"], ["r2"]);
        graph.Conv("r2", "c3", 19, 19, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 }));
        graph.Node("Conv", ["c3", "c3.w", "c3.b"], ["c4"], ("pads", new[] { 1, 1, 1, 1 })).Named("c4");
        graph.Node("GlobalAveragePool", ["c4"], ["p"]).Node("Flatten", ["p"], ["f"]);
        graph.Gemm("f", "g", 40, 19, transB: true).Gemm("g", "h", 30, 40).Output("h");
        var model = graph.Build();
        if (irVersion < 4)
        {
            foreach (var tensor in model.Graph.Initializer)
            {
                model.Graph.Input.Add(new GraphBuilder().Input(tensor.Name, [.. tensor.Dims], tensor.DataType).Proto.Graph.Input[0]);
            }
        }

        return model;
    }

    private static OnnxModel Gemm(int opset, DataType type, long[] dims, int transB) =>
        Of(opset, type, [3, 63], dims, (graph, x, w) => graph.Random("b", [65], 1, (int)type).Node("Gemm", [x, w, "b"], ["y"], ("transB", transB)));

    private static OnnxModel Of(int opset, DataType type, long[] input, long[] weight, Action<GraphBuilder, string, string> node)
    {
        var graph = new GraphBuilder(opset).Input("x", input, (int)type).Random("w", weight, 0.1, (int)type);
        node(graph, "x", "w");
        return graph.Output("y", null, (int)type).Build();
    }
}
