namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Every number, in the tensor that is there already.</summary>
internal sealed record DenseForm(Matrix Value) : WeightForm(Value)
{
    public override long Elements => Value.Values.LongLength;

    public override void Write(WeightParts parts)
    {
        parts.Weight(StoredWeight.Dims(parts.Layer, Value.Rows, Value.Columns), StoredWeight.Values(parts.Layer, Value));
        parts.Nodes.Add(parts.Layer.Node.Clone());
    }
}
