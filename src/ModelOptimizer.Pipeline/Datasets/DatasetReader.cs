using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Opens datasets for models.</summary>
internal static class DatasetReader
{
    /// <summary>Bytes that a batch may take; fewer samples go into a batch when they are large.</summary>
    private const long LargestBatch = 64 << 20;

    /// <summary>Opens a dataset; only headers are read until the batches are.</summary>
    /// <param name="dataset">What the manifest says.</param>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="samples">How many samples to draw; null for all.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="preferredBatch">Samples in a batch where the model leaves that open; the last batch may have fewer.</param>
    /// <exception cref="DiagnosticException">The dataset cannot be read or does not fit the model (MOC3xxx); reading the batches can throw it too.</exception>
    public static IBatchSource Open(DatasetPlan dataset, IReadOnlyList<ModelTensor> inputs, int? samples, int seed, int preferredBatch = 64)
    {
        var names = inputs.Select(input => input.Name).ToArray();
        if (dataset.Inputs.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
        {
            throw Error(
                dataset,
                DataCodes.Inputs,
                $"feeds '{unknown}', which is no input of the model.{Suggestion.For(unknown, names)} Its inputs: {string.Join(", ", inputs.Select(Describe))}"
            );
        }

        if (inputs.FirstOrDefault(input => !dataset.Inputs.ContainsKey(input.Name)) is { } missing)
        {
            throw Error(dataset, DataCodes.Inputs, $"has no array for the model input {Describe(missing)}. Add '{missing.Name}: ARRAY' to its 'inputs'");
        }

        var arrays = new DatasetArrays(dataset);
        var feeds = inputs.ToDictionary(input => input.Name, input => new InputFeed(dataset, input, arrays.Inputs[input.Name]), StringComparer.Ordinal);
        var indices = arrays.Draw(samples, seed);
        return new DatasetSource(feeds, arrays, indices, BatchSize(dataset, feeds, indices.Length, preferredBatch));
    }

    private static int BatchSize(DatasetPlan dataset, Dictionary<string, InputFeed> feeds, int count, int preferred)
    {
        var wanted = feeds.Values.Select(feed => feed.Fit.Batch ?? 1).Where(batch => batch > 0).Distinct().Order().ToArray();
        if (wanted.Length > 1)
        {
            throw Error(dataset, DataCodes.Batches, $"cannot be cut into batches: the model's inputs want {string.Join(" and ", wanted)} samples at once");
        }

        if (wanted.Length == 0)
        {
            var room = LargestBatch / Math.Max(1, feeds.Values.Sum(feed => (long)feed.SampleBytes));
            return (int)Math.Clamp(room, 1, Math.Max(1, preferred));
        }

        return count % wanted[0] == 0
            ? (int)wanted[0]
            : throw Error(
                dataset,
                DataCodes.Batches,
                $"gives {count} samples, but the model takes exactly {wanted[0]} at once. Set 'samples' to a multiple of {wanted[0]}, or export the model with "
                    + "a free batch dimension"
            );
    }

    private static string Describe(ModelTensor input) => $"'{input.Name}' {ShapeText.Of(input.Shape)}";

    private static DiagnosticException Error(DatasetPlan dataset, string code, string what) =>
        new(code, $"Dataset '{dataset.Name}' {what}.", dataset.Position);
}
