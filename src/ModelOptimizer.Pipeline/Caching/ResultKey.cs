using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>Everything that a result depends on, as one full-length hash.</summary>
public static class ResultKey
{
    /// <summary>The key of <paramref name="model"/> compressed on <paramref name="deviceClass"/>.</summary>
    /// <param name="model">The model's plan.</param>
    /// <param name="files">Every file the result depends on: the model, its external data, datasets.</param>
    /// <param name="seed">The manifest's seed.</param>
    /// <param name="deviceClass">Provider, device and ONNX Runtime version.</param>
    public static string Of(ModelPlan model, IEnumerable<string> files, int seed, string deviceClass)
    {
        // The sum is over contents, so a checkout that lies elsewhere finds the same entry.
        var parts = files.Select(ContentHash.OfFile)
            .Prepend(model.Canonical)
            .Prepend(FormattableString.Invariant($"seed {seed}"))
            .Prepend(deviceClass)
            .Prepend(ToolIdentity.Build);
        return ContentHash.Of(string.Join('\n', parts));
    }
}
