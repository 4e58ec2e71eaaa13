using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates.Latency;

/// <summary>Times as told: from the number of runs and the number of calls so far.</summary>
internal sealed class ScriptedProbe(Func<int, int, double> original, Func<int, int, double> compressed) : ILatencyProbe
{
    /// <summary>A for the original, B for the compressed model.</summary>
    public string Calls { get; private set; } = "";

    public int MostRuns { get; private set; }

    public double Original(int runs) => Time('A', runs, original);

    public double Compressed(int runs) => Time('B', runs, compressed);

    private double Time(char model, int runs, Func<int, int, double> seconds)
    {
        Calls += model;
        MostRuns = Math.Max(MostRuns, runs);
        return seconds(runs, Calls.Length - 1);
    }
}
