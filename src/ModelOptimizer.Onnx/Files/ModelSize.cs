using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Onnx.Files;

internal static class ModelSize
{
    /// <summary>The format's limit for one message.</summary>
    public const long Limit = int.MaxValue;

    /// <summary>What a save writes in all.</summary>
    public static long Of(ModelProto model) => FitsOneFile(model) ? model.CalculateSize() : ExternalLayout.Of(model).TotalBytes;

    /// <summary>Whether the model can be one file; the library's own size overflows beyond that.</summary>
    public static bool FitsOneFile(ModelProto model)
    {
        var data = ModelTensors.All(model).Sum(tensor => (long)tensor.RawData.Length);
        return data < Limit && Shell(model).CalculateSize() + data + Overhead(model) <= Limit;
    }

    // Without raw data the size cannot overflow, short of gigabytes of names.
    private static ModelProto Shell(ModelProto model)
    {
        var shell = model.Clone();
        foreach (var tensor in ModelTensors.All(shell))
        {
            tensor.ClearRawData();
        }

        return shell;
    }

    // Length prefixes grow by at most four bytes at each of the levels around a tensor.
    private static long Overhead(ModelProto model) => 64L * ModelTensors.All(model).Count();
}
