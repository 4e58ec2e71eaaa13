using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>
/// The candidates of a search by falling size, each built when it is asked for. They follow from the manifest and the calibration data alone: nothing in here
/// sees a sample of the gates, which is what the promise of a search rests on.
/// </summary>
internal sealed class CandidateList
{
    private readonly JobContext _job;
    private readonly SearchSpace _space;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private long _least;

    /// <summary>Explores what there is to choose.</summary>
    /// <param name="job">The job.</param>
    /// <param name="compressor">Applies its steps.</param>
    /// <param name="original">The model before any step.</param>
    /// <exception cref="DiagnosticException">There is nothing to choose.</exception>
    public CandidateList(JobContext job, ModelCompressor compressor, OnnxModel original)
    {
        (_job, _space) = (job, SearchSpace.Explore(job, compressor, original));
        // Of multiply-adds and time a candidate must have less than the model before it, whose file may be smaller; of bytes SearchSpace sees to that.
        _least = _space.Measure is BudgetMeasure.Macs or BudgetMeasure.Latency ? (long)_space.Whole : long.MaxValue;
        Sizes = SizeList.Of(_space.Whole, _space.Least, _space.Forecast, SearchRules.IsRepaired(job.Model), SearchRules.Evaluations(job.Model));
    }

    /// <summary>About the sizes of the candidates, falling.</summary>
    public IReadOnlyList<double> Sizes { get; }

    /// <summary>What is to be small.</summary>
    public BudgetMeasure Measure => _space.Measure;

    /// <summary>The measured time of a run of the model before the search, where the search makes that small; null elsewhere.</summary>
    public long? Nanoseconds => Measure == BudgetMeasure.Latency ? (long)_space.Whole : null;

    /// <summary>Number of layers with something to choose.</summary>
    public int Layers => _space.Layers.Count;

    /// <summary>Builds the candidate of about this size; null when it is not smaller than those before it: sizes of the list are estimates.</summary>
    /// <param name="size">One of <see cref="Sizes"/>, in their order.</param>
    public Candidate? Build(double size)
    {
        if (_space.AtSize(size) is not { } chosen || !_known.Add(SearchSpace.Key(chosen)) || _space.Build(chosen) is not { } model)
        {
            return null;
        }

        long? shipped = Measure == BudgetMeasure.Shipped ? _job.Shipping!.BytesOf(model.Model) : null;
        long? nanoseconds = Measure == BudgetMeasure.Latency ? (long)(_space.Whole + chosen.Values.Sum(option => option.Choice.Bytes)) : null;
        var amount = SearchTrace.Amount(
            Measure,
            ModelExaminer.CostOf(_job.Engine, model.Model) with { Shipped = shipped, Nanoseconds = nanoseconds });
        if (amount >= _least)
        {
            return null;
        }

        _least = amount;
        return new Candidate(model, amount, shipped, nanoseconds, _space.Summary(chosen), SearchSpace.Forecast(chosen), _space.Explain(chosen));
    }
}

/// <summary>A model of the list.</summary>
/// <param name="Model">It.</param>
/// <param name="Amount">What it has of what is to be small.</param>
/// <param name="Shipped">Its bytes as it is shipped; null where they do not count.</param>
/// <param name="Nanoseconds">The forecast time of a run; null where it does not count.</param>
/// <param name="Summary">What is done to how many layers.</param>
/// <param name="Forecast">What that is expected to do to the outputs, squared and as a share of their variance.</param>
/// <param name="Layers">What there was to choose for each layer, and what it has.</param>
internal sealed record Candidate(
    CompressedModel Model,
    long Amount,
    long? Shipped,
    long? Nanoseconds,
    string Summary,
    double Forecast,
    IReadOnlyList<SearchedLayer> Layers);
