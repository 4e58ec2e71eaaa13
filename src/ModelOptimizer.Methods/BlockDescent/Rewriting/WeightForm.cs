namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>A layer's new weight and how the file holds it.</summary>
/// <param name="Value">W as T×D (<see cref="StoredWeight"/>), without a Gemm's alpha, which stays on its node.</param>
internal abstract record WeightForm(Matrix Value)
{
    /// <summary>How many weights the file holds.</summary>
    public abstract long Elements { get; }

    /// <summary>Why <paramref name="layer"/> cannot hold its weight so; null when it can.</summary>
    public virtual string? Obstacle(WeightLayer layer, long opset) => null;

    /// <summary>Writes what takes the place of the layer's node; the last node has its output and its bias.</summary>
    public abstract void Write(WeightLayer layer, GraphWriter write);

    /// <summary>The layer's node with another weight.</summary>
    protected static NodeProto Reading(WeightLayer layer, string weight)
    {
        var node = layer.Node.Clone();
        node.Input[1] = weight;
        return node;
    }

    /// <summary>A shape as a constant; equal ones are one.</summary>
    protected static string Shape(GraphWriter write, long[] dims) =>
        write.Shared<long>("_shape", TensorProto.Types.DataType.Int64, dims, dims.Length);
}

/// <summary>Every number, in the tensor that is there already.</summary>
internal sealed record DenseForm(Matrix Value) : WeightForm(Value)
{
    public override long Elements => Value.Values.LongLength;

    public override void Write(WeightLayer layer, GraphWriter write)
    {
        var dims = StoredWeight.Dims(layer, Value.Rows, Value.Columns);
        write.Initializer(layer.Weight, WeightValues.Create(layer.Weight, layer.ElementType, dims, StoredWeight.Values(layer, Value)));
        write.NewNodes.Add(layer.Node.Clone());
    }
}
