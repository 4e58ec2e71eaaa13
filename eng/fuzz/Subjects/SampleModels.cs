using Google.Protobuf;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Fuzz.Subjects;

/// <summary>Small models with all that the reader, the layers and the blocks know.</summary>
internal static class SampleModels
{
    private const int Bool = (int)TensorProto.Types.DataType.Bool;

    /// <summary>Numbers that <see cref="Small"/> takes.</summary>
    public const int Width = 16;

    /// <summary>The data of <see cref="WithExternalData"/>: a weight of <see cref="Small"/>.</summary>
    public static byte[] Weights { get; } = [.. GraphBuilder.Normal([Width, 32], 0.3, 7).SelectMany(value => BitConverter.GetBytes((float)value))];

    /// <summary>Two layers; what the other kinds of input are about.</summary>
    public static byte[] Small { get; } = new GraphBuilder()
        .Input("image", [-1, Width])
        .Gemm("image", "hidden", 32, Width)
        .Node("Relu", ["hidden"], ["active"])
        .Gemm("active", "scores", 10, 32)
        .Output("scores", [-1, 10])
        .Build()
        .ToBytes();

    /// <summary>Its weights are in <c>weights.bin</c>.</summary>
    public static byte[] WithExternalData { get; } = External();

    public static IReadOnlyList<byte[]> All { get; } =
        [Small, WithExternalData, Convolutions(), Blocks(), SubGraphs(), Quantized(), Sparse(), Functions(), WithShapes(Convolutions()), WithShapes(Blocks())];

    private static byte[] Convolutions() => new GraphBuilder()
        .Input("image", [-1, 4, 8, 8])
        .Conv("image", "first", 8, 4, [3, 3], attributes: ("pads", new long[] { 1, 1, 1, 1 }))
        .BatchNormalization("first", "normal", 8)
        .Node("Relu", ["normal"], ["active"])
        .Conv("active", "wide", 8, 8, [3, 3], group: 8, attributes: [("strides", new long[] { 2, 2 }), ("dilations", new long[] { 1, 1 })])
        .Conv("wide", "back", 8, 8, [1, 1], bias: false, attributes: ("auto_pad", "SAME_UPPER"))
        .Node("HardSigmoid", ["back"], ["clipped"], ("alpha", 0.3f), ("beta", 0.5f))
        .Node("GlobalAveragePool", ["clipped"], ["pooled"])
        .Node("Flatten", ["pooled"], ["flat"], ("axis", 1))
        .Gemm("flat", "scores", 4, 8, transB: true, attributes: [("alpha", 1.0f), ("beta", 0.5f)])
        .Output("scores", [-1, 4])
        .Build()
        .ToBytes();

    private static byte[] Blocks() => new GraphBuilder()
        .Input("x", [-1, 8])
        .MatMul("x", "q", 8, 8)
        .Node("Add", ["q", "x"], ["r"])
        .Random("scale", [8]).Random("shift", [8])
        .Node("LayerNormalization", ["r", "scale", "shift"], ["n"], ("axis", -1), ("epsilon", 1e-5f))
        .MatMul("n", "up", 32, 8)
        .Node("Sigmoid", ["up"], ["gate"])
        .Node("Mul", ["up", "gate"], ["act"])
        .MatMul("act", "down", 8, 32)
        .Node("Add", ["down", "n"], ["out"])
        .Integers("shape", [2], 0, -1)
        .Node("Reshape", ["out", "shape"], ["y"])
        .Output("y", [-1, 8])
        .Build()
        .ToBytes();

    private static byte[] SubGraphs()
    {
        var then = new GraphBuilder().MatMul("x", "t", 8, 8).Output("t", [-1, 8]).Proto.Graph;
        var otherwise = new GraphBuilder().Node("Relu", ["x"], ["e"]).Output("e", [-1, 8]).Proto.Graph;
        var body = new GraphBuilder()
            .Input("i", [], (int)TensorProto.Types.DataType.Int64).Input("go", [], Bool).Input("s", [-1, 8])
            .Node("Identity", ["go"], ["go2"]).MatMul("s", "s2", 8, 8)
            .Output("go2", [], Bool).Output("s2", [-1, 8]).Proto.Graph;
        return Raw(new GraphBuilder(), "yes", [], TensorProto.Types.DataType.Bool, [1])
            .Input("x", [-1, 8])
            .Node("If", ["yes"], ["branch"], ("then_branch", then), ("else_branch", otherwise))
            .Integers("times", [], 3)
            .Node("Loop", ["times", "yes", "branch"], ["looped"], ("body", body))
            .Random("w", [1, 16, 8]).Random("r", [1, 16, 4])
            .Node("Unsqueeze", ["looped", "axis"], ["series"]).Integers("axis", [1], 1)
            .Node("LSTM", ["series", "w", "r"], ["ys"], ("hidden_size", 4))
            .Output("looped", [-1, 8])
            .Build()
            .ToBytes();
    }

    private static byte[] Quantized() => Raw(
            Raw(new GraphBuilder(opset: 21), "codes", [8, 6], TensorProto.Types.DataType.Int8, [.. Enumerable.Range(0, 48).Select(i => (byte)i)]),
            "zeros",
            [6],
            TensorProto.Types.DataType.Int8,
            new byte[6])
        .Input("x", [-1, 8])
        .Random("scales", [6])
        .Node("DequantizeLinear", ["codes", "scales", "zeros"], ["w"], ("axis", 1))
        .Node("MatMul", ["x", "w"], ["y"])
        .Constant("half", [6, 4], new double[24], (int)TensorProto.Types.DataType.Float16)
        .Node("Cast", ["half"], ["wide"], ("to", 1))
        .Node("Transpose", ["wide"], ["turned"], ("perm", new long[] { 1, 0 }))
        .Node("Gemm", ["y", "turned"], ["z"], ("transB", 1))
        .Initializer("table", [10, 4], new double[40], (int)TensorProto.Types.DataType.Double)
        .Output("z", [-1, 4])
        .Build()
        .ToBytes();

    private static GraphBuilder Raw(GraphBuilder builder, string name, long[] dims, TensorProto.Types.DataType type, byte[] content)
    {
        builder.Proto.Graph.Initializer.Add(new TensorProto { Name = name, Dims = { dims }, DataType = (int)type, RawData = ByteString.CopyFrom(content) });
        return builder;
    }

    private static byte[] Sparse()
    {
        var builder = new GraphBuilder().Input("x", [-1, 8]).Node("MatMul", ["x", "s"], ["y"]).Output("y", [-1, 4]);
        var proto = builder.Proto;
        var values = new TensorProto { Name = "s", DataType = 1 };
        values.Dims.Add(2);
        values.FloatData.AddRange([1, 2]);
        var indices = new TensorProto { Name = "", DataType = 7 };
        indices.Dims.AddRange([2, 2]);
        indices.Int64Data.AddRange([0, 1, 7, 3]);
        var sparse = new SparseTensorProto { Values = values, Indices = indices };
        sparse.Dims.AddRange([8, 4]);
        proto.Graph.SparseInitializer.Add(sparse);
        proto.MetadataProps.Add(new StringStringEntryProto { Key = "author", Value = "me" });
        proto.Graph.Initializer.Add(new TensorProto { Name = "words", DataType = 8, Dims = { 2 }, StringData = { ByteString.CopyFromUtf8("a"), ByteString.Empty } });
        proto.Graph.QuantizationAnnotation.Add(new TensorAnnotation { TensorName = "s" });
        proto.TrainingInfo.Add(new TrainingInfoProto { Algorithm = new GraphProto { Name = "training" } });
        return proto.ToByteArray();
    }

    private static byte[] Functions()
    {
        var builder = new GraphBuilder().Input("x", [-1, 8]).Random("w", [8, 4]).Node("Dense", ["x", "w"], ["y"]).Output("y", [-1, 4]);
        var proto = builder.Proto;
        proto.Graph.Node[0].Domain = "own";
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
        var function = new FunctionProto { Name = "Dense", Domain = "own", Input = { "a", "b" }, Output = { "c" }, Attribute = { "alpha" } };
        function.Node.Add(new NodeProto { OpType = "MatMul", Input = { "a", "b" }, Output = { "c" }, Name = "product" });
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 13 });
        function.AttributeProto.Add(GraphBuilder.Attribute("beta", 1.5f));
        proto.Functions.Add(function);
        return proto.ToByteArray();
    }

    private static byte[] External()
    {
        var proto = ModelProto.Parser.ParseFrom(Small);
        var weight = proto.Graph.Initializer[0];
        weight.ClearRawData();
        weight.FloatData.Clear();
        weight.DataLocation = TensorProto.Types.DataLocation.External;
        weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "weights.bin" });
        weight.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = "0" });
        weight.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{Weights.Length}" });
        return proto.ToByteArray();
    }

    // Exporters write the shapes of what is inside too.
    private static byte[] WithShapes(byte[] model)
    {
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        var shapes = ShapeProbe.Run(engine, OnnxModel.Parse(model));
        var builder = new GraphBuilder();
        foreach (var name in OnnxModel.Parse(model).Graph.Node.SelectMany(node => node.Output))
        {
            builder.Output(name, [-1, .. shapes[name].Skip(1)]);
        }

        var proto = ModelProto.Parser.ParseFrom(model);
        proto.Graph.ValueInfo.AddRange(builder.Proto.Graph.Output);
        return proto.ToByteArray();
    }
}
