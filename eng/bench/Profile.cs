using System.Diagnostics;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Bench;

/// <summary>Seconds of wall time by what the run said it was doing.</summary>
internal sealed class Profile : IRunObserver
{
    private readonly Dictionary<string, double> _seconds = [];
    private readonly Stopwatch _total = Stopwatch.StartNew();
    private string _activity = "start";
    private double _since;

    /// <summary>Activities and their seconds, the longest first.</summary>
    public IEnumerable<(string Activity, double Seconds)> Entries =>
        _seconds.Select(entry => (entry.Key, entry.Value)).OrderByDescending(entry => entry.Value);

    /// <summary>Seconds in all.</summary>
    public double TotalSeconds { get; private set; }

    public void Stop()
    {
        Switch("end");
        TotalSeconds = _total.Elapsed.TotalSeconds;
    }

    public void Message(string text) => Console.Error.WriteLine(text);

    public void Diagnostic(Diagnostic diagnostic)
    {
    }

    public void Progress(string model, MethodProgress progress) => Switch(progress.Activity);

    public void Finished(ModelReport report)
    {
    }

    private void Switch(string activity)
    {
        if (activity == _activity)
        {
            return;
        }

        var now = _total.Elapsed.TotalSeconds;
        Console.Error.WriteLine($"{now,8:F1} s {Environment.WorkingSet / 1e6,8:F0} MB  {activity}");
        _seconds[_activity] = _seconds.GetValueOrDefault(_activity) + now - _since;
        (_activity, _since) = (activity, now);
    }
}
