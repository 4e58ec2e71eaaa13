using System.Globalization;

namespace ModelOptimizer.Methods.Convex;

/// <summary>Tells how far several solutions, one after the other, are.</summary>
/// <param name="progress">Gets told.</param>
/// <param name="activity">What is being done.</param>
/// <param name="total">Solutions in all.</param>
internal sealed class FistaProgress(IProgress<MethodProgress> progress, string activity, int total) : IProgress<FistaIteration>
{
    private int _begun;

    public void Report(FistaIteration value)
    {
        _begun += value.Number == 0 ? 1 : 0;
        progress.Report(new MethodProgress(activity, _begun - 1, total, string.Create(CultureInfo.InvariantCulture, $"iteration {value.Number}, gap {value.RelativeGap:0.0e-0}")));
    }
}
