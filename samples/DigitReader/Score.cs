using System.Diagnostics;

namespace DigitReader;

/// <summary>How often a classifier was right, and how long it took.</summary>
internal sealed class Score
{
    private readonly List<TimeSpan> _times = [];
    private int _hits;

    public double Accuracy => (double)_hits / _times.Count;

    public double MedianMicroseconds => _times.Order().ElementAt(_times.Count / 2).TotalMicroseconds;

    public void Add(Classifier classifier, Digit digit)
    {
        var start = Stopwatch.GetTimestamp();
        var answer = classifier.Classify(digit.Pixels);
        _times.Add(Stopwatch.GetElapsedTime(start));
        _hits += answer == digit.Label ? 1 : 0;
    }
}
