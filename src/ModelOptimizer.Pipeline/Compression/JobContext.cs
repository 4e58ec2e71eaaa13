using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Pipeline.Compression;

/// <summary>What every part of a job needs.</summary>
internal sealed record JobContext(
    CompressionPlan Plan,
    ModelPlan Model,
    Engine Engine,
    IProgress<MethodProgress> Progress,
    Action<string> Say,
    CancellationToken Cancellation
)
{
    /// <summary>What methods keep between runs; null when there is no cache.</summary>
    public MethodBlobs? Blobs { get; init; }

    /// <summary>How the model is shipped; null where nobody asks for that.</summary>
    public Shipping? Shipping { get; init; }

    /// <summary>What has been said about what steps take: the same for all parts of the job.</summary>
    public Forecast Forecast { get; } = new(Model.Name, Say);

    /// <summary>The calibration samples; null when the manifest gives none.</summary>
    public IBatchSource? OpenCalibration(ModelSession session) => Model.Calibrate switch
    {
        null => null,
        { Dataset: { } dataset, Samples: var samples } => DatasetReader.Open(dataset, session.Inputs, samples, Plan.Seed),
        { Samples: var samples } => new RandomSource(session.Inputs, samples!.Value, Plan.Seed, position: Model.Calibrate.Position),
    };

    /// <summary>The evaluation samples; null when the manifest gives none.</summary>
    public IBatchSource? OpenEvaluation(ModelSession session) => Model.Evaluate is { Dataset: { } dataset } evaluate
        ? DatasetReader.Open(dataset, session.Inputs, evaluate.Samples, Plan.Seed)
        : null;
}
