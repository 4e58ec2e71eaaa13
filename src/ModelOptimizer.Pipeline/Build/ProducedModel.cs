namespace ModelOptimizer.Pipeline.Build;

/// <summary>A model that is ready to be put into the output folder.</summary>
/// <param name="Name">Its key in the manifest.</param>
/// <param name="File">Where its bytes are now.</param>
/// <param name="FileName">What the file is called in the output folder.</param>
/// <param name="Embed">How it is shipped; null when the build does not.</param>
internal sealed record ProducedModel(string Name, string File, string FileName, EmbedPlan? Embed);
