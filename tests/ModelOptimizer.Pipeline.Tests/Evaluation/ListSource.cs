using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Tests.Evaluation;

/// <summary>Batches in memory.</summary>
internal sealed class ListSource(params Batch[] batches) : IBatchSource
{
    public int Count => batches.Sum(batch => batch.Count);

    public IEnumerable<Batch> Read() => batches;
}
