namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>What was done for a first manifest, in sentences for people.</summary>
/// <param name="Written">Files that were written or changed.</param>
/// <param name="Guessed">What the files say that nobody said.</param>
/// <param name="Check">What somebody should look at.</param>
public sealed record InitResult(IReadOnlyList<string> Written, IReadOnlyList<string> Guessed, IReadOnlyList<string> Check);
