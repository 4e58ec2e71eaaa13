using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Runs the original on a few samples, so that a wrong guess is seen at once.</summary>
internal sealed class OriginalTrial(ModelSession session, int seed)
{
    private const int Most = 500;

    /// <summary>How many samples the model takes at once; 1 where that is open.</summary>
    public long Batch => session.Inputs.Select(input => input.Shape.FirstOrDefault(1)).Max(extent => Math.Max(1, extent));

    /// <summary>The extents of the first output for a batch of samples.</summary>
    public long[] OutputShape(DatasetPlan dataset) => Run(Open(dataset, 1).Read().First()).Shape;

    /// <summary>Top-1 of the original; null, with the reason, where it has none.</summary>
    public (double? Value, string? Problem, int Samples) Top1(DatasetPlan dataset)
    {
        HostTensor? output = null;
        var samples = Open(dataset, Most);
        var scores = Evaluator.Evaluate(batch => output = Run(batch), _ => output!, samples, [new TopK(1)], session.Outputs[0].Name).Metrics[0];
        return (scores.Problem is null ? scores.OriginalValue : null, scores.Problem, samples.Count);
    }

    private IBatchSource Open(DatasetPlan dataset, int most) =>
        DatasetReader.Open(dataset, session.Inputs, (int)Math.Min(most * Batch, new DatasetArrays(dataset).Count / Batch * Batch), seed);

    private HostTensor Run(Batch batch) => session.Run(batch.Inputs, [session.Outputs[0].Name])[session.Outputs[0].Name];
}
