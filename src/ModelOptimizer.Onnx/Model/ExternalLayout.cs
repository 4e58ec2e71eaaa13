using System.Globalization;
using Google.Protobuf;

namespace ModelOptimizer.Onnx;

/// <summary>A model split into the model file and the data file beside it.</summary>
internal sealed record ExternalLayout(ModelProto Model, IReadOnlyList<(long Offset, ByteString Data)> Blocks)
{
    // Small tensors stay in the model, where shape inference finds them; large ones start at a page, so that they can be mapped.
    private const int Smallest = 16 * 1024;
    private const int Alignment = 4096;

    /// <summary>Length of the data file.</summary>
    public long DataBytes => Blocks.Count == 0 ? 0 : Blocks[^1].Offset + Blocks[^1].Data.Length;

    /// <summary>Both files.</summary>
    public long TotalBytes => Model.CalculateSize() + DataBytes;

    /// <summary>The split of a copy of <paramref name="model"/>; tensor data is shared.</summary>
    public static ExternalLayout Of(ModelProto model, string dataName = "model.onnx.data")
    {
        var copy = model.Clone();
        var blocks = new List<(long, ByteString)>();
        var end = 0L;
        foreach (var tensor in copy.Graph.Initializer.Where(tensor => tensor.RawData.Length >= Smallest))
        {
            var offset = (end + Alignment - 1) / Alignment * Alignment;
            blocks.Add((offset, tensor.RawData));
            end = offset + tensor.RawData.Length;
            tensor.ExternalData.Clear();
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = dataName });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = tensor.RawData.Length.ToString(CultureInfo.InvariantCulture) });
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ClearRawData();
        }

        return new ExternalLayout(copy, blocks);
    }
}
