namespace ModelOptimizer.Pipeline.Caching;

/// <summary>Everything that a result depends on, as one full-length hash.</summary>
internal static class ResultKey
{
    /// <summary>The key of <paramref name="model"/> compressed on <paramref name="deviceClass"/>.</summary>
    /// <param name="model">The model's plan.</param>
    /// <param name="hashes">SHA-256 of every file the result depends on: the model, its external data, datasets.</param>
    /// <param name="deviceClass">Provider, device and ONNX Runtime version.</param>
    /// <param name="decisions">What is decided already; empty when nothing is.</param>
    /// <param name="shipping">How the model is shipped; empty when nobody asks for that.</param>
    public static string Of(ModelPlan model, IEnumerable<string> hashes, string deviceClass, string decisions = "", string shipping = "")
    {
        // The sum is over contents, so a checkout that lies elsewhere finds the same entry.
        string[] parts = [ToolIdentity.Build, deviceClass, model.Canonical, decisions, .. shipping.Length == 0 ? hashes : hashes.Prepend(shipping)];
        return ContentHash.Of(string.Join('\n', parts));
    }
}
