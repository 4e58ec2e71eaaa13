using Google.Protobuf;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>A convolutional network that compresses in well under a second.</summary>
internal static class SmallModel
{
    /// <summary>Writes it.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="channels">Width of the layers; another width is another model.</param>
    public static void Write(string path, int channels = 24)
    {
        var model = new GraphBuilder()
            .Input("image", [-1, 1, 12, 12])
            .Conv("image", "conv1", channels, 1, [3, 3])
            .Node("Relu", ["conv1"], ["relu1"])
            .Conv("relu1", "conv2", channels, channels, [3, 3])
            .Node("Relu", ["conv2"], ["relu2"])
            .Conv("relu2", "conv3", channels, channels, [3, 3])
            .Node("Relu", ["conv3"], ["relu3"])
            .Node("GlobalAveragePool", ["relu3"], ["pool"])
            .Node("Flatten", ["pool"], ["flat"])
            .Gemm("flat", "scores", 10, channels)
            .Output("scores", [-1, 10])
            .Proto;
        File.WriteAllBytes(path, model.ToByteArray());
    }

    /// <summary>Number of convolutions, which is how a test sees from outside that a model was compressed.</summary>
    public static int Convolutions(byte[] model) => ModelProto.Parser.ParseFrom(model).Graph.Node.Count(node => node.OpType == "Conv");
}
