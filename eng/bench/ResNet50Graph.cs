using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Bench;

/// <summary>
/// ResNet-50 (stride on the 3×3, batch normalisation folded into biases, 25.5 M parameters) with seeded He-normal weights: the work of the real network, none
/// of its knowledge.
/// </summary>
internal sealed class ResNet50Graph
{
    private readonly GraphProto _graph = new() { Name = "resnet50" };
    private readonly NormalNumbers _normal = new();

    public static OnnxModel Build()
    {
        var proto = new ModelProto { IrVersion = 8, Graph = new ResNet50Graph().Compose() };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 13 });
        return new OnnxModel(proto);
    }

    private GraphProto Compose()
    {
        _graph.Input.Add(Value("image", "N", 3, 224, 224));
        _graph.Output.Add(Value("logits", "N", 1000));
        var x = Relu(Conv("stem", "image", 3, 64, 7, 2));
        x = Node("MaxPool", "pool", [x], ("kernel_shape", [3, 3]), ("strides", [2, 2]), ("pads", [1, 1, 1, 1]));
        var channels = 64;
        int[] blocks = [3, 4, 6, 3];
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            for (var block = 0; block < blocks[stage]; block++)
            {
                var stride = block == 0 && stage > 0 ? 2 : 1;
                x = Bottleneck($"layer{stage + 1}.{block}", x, channels, 64 << stage, stride, project: block == 0);
                channels = 256 << stage;
            }
        }

        x = Node("GlobalAveragePool", "average", [x]);
        x = Node("Flatten", "flatten", [x]);
        Weights("fc.weight", 1000, 2048);
        Zeros("fc.bias", 1000);
        var gemm = new NodeProto { OpType = "Gemm", Name = "fc", Input = { x, "fc.weight", "fc.bias" }, Output = { "logits" } };
        gemm.Attribute.Add(new AttributeProto { Name = "transB", Type = AttributeProto.Types.AttributeType.Int, I = 1 });
        _graph.Node.Add(gemm);
        return _graph;
    }

    private string Bottleneck(string name, string x, int channels, int width, int stride, bool project)
    {
        var y = Relu(Conv(name + ".conv1", x, channels, width, 1, 1));
        y = Relu(Conv(name + ".conv2", y, width, width, 3, stride));
        y = Conv(name + ".conv3", y, width, 4 * width, 1, 1);
        var shortcut = project ? Conv(name + ".downsample", x, channels, 4 * width, 1, stride) : x;
        return Relu(Node("Add", name + ".add", [y, shortcut]));
    }

    private string Conv(string name, string x, int input, int output, int kernel, int stride)
    {
        Weights(name + ".weight", output, input, kernel, kernel);
        Zeros(name + ".bias", output);
        var pad = kernel / 2;
        return Node(
            "Conv",
            name,
            [x, name + ".weight", name + ".bias"],
            ("kernel_shape", [kernel, kernel]),
            ("strides", [stride, stride]),
            ("pads", [pad, pad, pad, pad])
        );
    }

    private string Relu(string x) => Node("Relu", x + ".relu", [x]);

    private string Node(string type, string name, string[] inputs, params (string Name, long[] Values)[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = name, Input = { inputs }, Output = { name + ".out" } };
        foreach (var (attribute, values) in attributes)
        {
            node.Attribute.Add(new AttributeProto { Name = attribute, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } });
        }

        _graph.Node.Add(node);
        return name + ".out";
    }

    // He-normal: variance 2 / fan-in.
    private void Weights(string name, params long[] shape)
    {
        var deviation = Math.Sqrt(2.0 / shape.Skip(1).Aggregate(1L, (product, extent) => product * extent));
        var values = Array.ConvertAll(_normal.Draw(deviation, shape), value => (float)value);
        Add(name, shape, values);
    }

    private void Zeros(string name, long count) => Add(name, [count], new float[count]);

    private void Add(string name, long[] shape, float[] values) => _graph.Initializer.Add(new TensorProto
    {
        Name = name,
        Dims = { shape },
        DataType = (int)TensorProto.Types.DataType.Float,
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
    });

    private static ValueInfoProto Value(string name, string batch, params long[] rest)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = batch });
        shape.Dim.Add(rest.Select(extent => new TensorShapeProto.Types.Dimension { DimValue = extent }));
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
