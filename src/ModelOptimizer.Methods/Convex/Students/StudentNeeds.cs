namespace ModelOptimizer.Methods.Convex;

/// <summary>What fitting a student takes.</summary>
/// <param name="PeakBytes">Predicted memory.</param>
/// <param name="Flops">Predicted floating-point operations.</param>
internal readonly record struct StudentNeeds(long PeakBytes, double Flops);
