using Google.Protobuf;

namespace ModelOptimizer.Onnx;

internal static class ModelSize
{
    /// <summary>The format's limit for one message.</summary>
    public const long Limit = int.MaxValue;

    /// <summary>What a save writes in all.</summary>
    public static long Of(ModelProto model) => FitsOneFile(model) ? model.CalculateSize() : ExternalLayout.Of(model).TotalBytes;

    /// <summary>What a message takes inside another: a tag of one byte, a length and the message.</summary>
    public static long Framed(IMessage message)
    {
        var size = message.CalculateSize();
        return 1 + CodedOutputStream.ComputeUInt32Size((uint)size) + size;
    }

    /// <summary>Whether the model can be one file; the library's own size overflows beyond that.</summary>
    public static bool FitsOneFile(ModelProto model)
    {
        var data = ModelTensors.All(model).Sum(DataLength);
        return data < Limit / 2 || (data < Limit && Shell(model).CalculateSize() + data + Overhead(model) <= Limit);
    }

    // An upper bound: no number takes more than ten bytes on the wire.
    private static long DataLength(TensorProto tensor) =>
        tensor.RawData.Length + (4L * tensor.FloatData.Count) + (8L * tensor.DoubleData.Count)
        + (10L * (tensor.Int32Data.Count + tensor.Int64Data.Count + tensor.Uint64Data.Count)) + tensor.StringData.Sum(text => (long)text.Length);

    // Without its data a model is far from overflowing, short of gigabytes of names.
    private static ModelProto Shell(ModelProto model)
    {
        var shell = model.Clone();
        foreach (var tensor in ModelTensors.All(shell))
        {
            tensor.ClearRawData();
            tensor.FloatData.Clear();
            tensor.DoubleData.Clear();
            tensor.Int32Data.Clear();
            tensor.Int64Data.Clear();
            tensor.Uint64Data.Clear();
            tensor.StringData.Clear();
        }

        return shell;
    }

    // Length prefixes grow by at most four bytes at each of the levels around a tensor.
    private static long Overhead(ModelProto model) => 64L * ModelTensors.All(model).Count();
}
