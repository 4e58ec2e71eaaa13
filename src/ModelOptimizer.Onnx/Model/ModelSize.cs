using System.Globalization;
using Google.Protobuf;
using ModelOptimizer.Onnx.Graphs;

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

/// <summary>Every tensor of a model, wherever it is: initialisers, sparse ones, attributes, sub-graphs, functions, training graphs.</summary>
internal static class ModelTensors
{
    public static IEnumerable<TensorProto> All(ModelProto model) =>
        GraphWalk
            .Graphs(model)
            .SelectMany(OfGraph)
            .Concat(
                GraphWalk
                    .Nodes(model)
                    .SelectMany(node => node.Attribute)
                    .Concat(model.Functions.SelectMany(function => function.AttributeProto))
                    .SelectMany(OfAttribute)
            );

    private static IEnumerable<TensorProto> OfGraph(GraphProto graph) =>
        graph.Initializer.Concat(graph.SparseInitializer.SelectMany(OfSparse));

    private static IEnumerable<TensorProto> OfAttribute(AttributeProto attribute)
    {
        IEnumerable<TensorProto> dense = attribute.T is null ? attribute.Tensors : attribute.Tensors.Prepend(attribute.T);
        IEnumerable<SparseTensorProto> sparse = attribute.SparseTensor is null
            ? attribute.SparseTensors
            : attribute.SparseTensors.Prepend(attribute.SparseTensor);
        return dense.Concat(sparse.SelectMany(OfSparse));
    }

    private static IEnumerable<TensorProto> OfSparse(SparseTensorProto sparse)
    {
        if (sparse.Values is not null)
        {
            yield return sparse.Values;
        }

        if (sparse.Indices is not null)
        {
            yield return sparse.Indices;
        }
    }
}
