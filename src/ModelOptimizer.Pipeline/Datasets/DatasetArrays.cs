using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>The arrays of a dataset, checked against each other.</summary>
internal sealed class DatasetArrays
{
    private readonly DatasetPlan dataset;

    public DatasetArrays(DatasetPlan dataset)
    {
        this.dataset = dataset;
        Inputs = dataset.Inputs.ToDictionary(input => input.Key, input => new ArraySource(dataset, input.Value), StringComparer.Ordinal);
        Labels = dataset.Labels is { } labels ? new ArraySource(dataset, labels) : null;
        var first = Inputs.Values.First();
        Count = first.Header.Count;
        foreach (var other in Labels is null ? Inputs.Values : Inputs.Values.Append(Labels))
        {
            if (other.Header.Count != Count)
            {
                throw Error(DataCodes.Counts, $"has {Count} samples in {first.Name}, and {other.Header.Count} in {other.Name}. All arrays need one entry for each sample");
            }
        }

        if (Count == 0)
        {
            throw Error(DataCodes.NoSamples, $"has no samples: the shape of {first.Name} is {ShapeText.Of(first.Header.Shape)}");
        }
    }

    /// <summary>The array of each model input.</summary>
    public IReadOnlyDictionary<string, ArraySource> Inputs { get; }

    /// <summary>The array of labels: any numbers, one or more a sample; what they must be is for the metrics to say.</summary>
    public ArraySource? Labels { get; }

    /// <summary>Number of samples.</summary>
    public long Count { get; }

    /// <summary>The samples used, in the file's order.</summary>
    public long[] Draw(int? samples, int seed) => samples > Count
        ? throw Error(DataCodes.TooFewSamples, $"has {Count} samples, and 'samples: {samples}' asks for more. Ask for fewer, or leave 'samples' out to take all")
        : SampleDraw.Indices(Count, samples, seed);

    /// <summary>An error at the dataset.</summary>
    public DiagnosticException Error(string code, string what) => new(code, $"Dataset '{dataset.Name}' {what}.", dataset.Position);
}
