namespace ModelOptimizer.Methods;

/// <summary>How far a run is.</summary>
/// <param name="Activity">What is being done, such as <c>second moments</c> or a layer's name.</param>
/// <param name="Done">Steps finished.</param>
/// <param name="Total">Steps in all; 0 when unknown.</param>
public readonly record struct MethodProgress(string Activity, int Done, int Total);
