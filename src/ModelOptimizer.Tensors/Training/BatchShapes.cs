using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Training;

/// <summary>The extents of a graph's inputs while it is trained.</summary>
internal static class BatchShapes
{
    /// <summary>Gives every free dimension its extent: the batch to the first, the sample's to the others.</summary>
    public static void Fix(GraphProto graph, int batch, IReadOnlyDictionary<string, long[]>? rows)
    {
        // What a file says about the shapes inside may have been true for another batch only.
        graph.ValueInfo.Clear();
        foreach (var input in Data(graph))
        {
            var row = rows?.GetValueOrDefault(input.Name);
            var tensor = input.Type.TensorType;
            tensor.Shape ??= new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension[1 + (row?.Length ?? 0)].Select(_ => new TensorShapeProto.Types.Dimension()) } };
            var dimensions = tensor.Shape.Dim;
            for (var axis = 0; axis < dimensions.Count; axis++)
            {
                if (!IsFixed(dimensions[axis]))
                {
                    dimensions[axis] = new() { DimValue = axis == 0 ? batch : row is not null && axis <= row.Length ? row[axis - 1] : 1 };
                }
            }
        }
    }

    /// <summary>The batch that the inputs' shapes say; null where it is free.</summary>
    public static int? Fixed(GraphProto graph) => Data(graph)
        .Select(input => input.Type.TensorType.Shape?.Dim.FirstOrDefault())
        .Where(dimension => dimension is not null && IsFixed(dimension))
        .Select(dimension => (int?)dimension!.DimValue)
        .FirstOrDefault();

    private static bool IsFixed(TensorShapeProto.Types.Dimension dimension) => dimension.HasDimValue && dimension.DimValue > 0;

    private static IEnumerable<ValueInfoProto> Data(GraphProto graph)
    {
        var weights = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        return graph.Input.Where(input => !weights.Contains(input.Name) && input.Type?.TensorType is not null);
    }
}
