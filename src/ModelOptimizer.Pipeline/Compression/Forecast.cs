using System.Globalization;
using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Compression;

/// <summary>Says before a step runs what it will take, once for each step and only where that is much.</summary>
internal sealed class Forecast(string model, Action<string> say)
{
    private const long MuchMemory = 1_000_000_000;
    private const double MuchWork = 1e13;

    private readonly HashSet<int> _told = [];

    /// <summary>Asks for the plan of step number <paramref name="index"/>, unless that was done before.</summary>
    public void Tell(int index, string method, Func<MethodPlan> plan)
    {
        if (!_told.Add(index))
        {
            return;
        }

        var (_, bytes, work) = plan();
        var takes = new List<string>();
        if (bytes > MuchMemory)
        {
            takes.Add($"{Figures.Bytes(bytes)} of memory");
        }

        if (work > MuchWork)
        {
            takes.Add($"{work.ToString("0.0e0", CultureInfo.InvariantCulture)} operations");
        }

        if (takes.Count > 0)
        {
            say($"{model}: {method} takes about {string.Join(" and ", takes)}");
        }
    }
}
