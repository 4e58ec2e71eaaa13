namespace ModelOptimizer.Pipeline.Running;

/// <summary>What one step of <c>compress:</c> did.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Layers">What it did to every layer it was asked to look at.</param>
/// <param name="Series">What it has to plot.</param>
/// <param name="Certificates">What it proves.</param>
public sealed record StepReport(string Method, IReadOnlyList<LayerOutcome> Layers, IReadOnlyList<Series> Series, IReadOnlyList<Certificate> Certificates);
