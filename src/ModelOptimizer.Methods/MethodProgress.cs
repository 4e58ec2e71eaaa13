namespace ModelOptimizer.Methods;

/// <summary>How far a run is.</summary>
/// <param name="Activity">What is being done, such as <c>second moments</c> or a layer's name.</param>
/// <param name="Done">Steps finished.</param>
/// <param name="Total">Steps in all; 0 when unknown.</param>
/// <param name="Detail">What changes from step to step, such as <c>loss 0.1234</c>; null when there is nothing to say.</param>
public readonly record struct MethodProgress(string Activity, int Done, int Total, string? Detail = null);
