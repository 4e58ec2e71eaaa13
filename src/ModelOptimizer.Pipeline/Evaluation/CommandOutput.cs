using System.Text.Json;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>What a user's evaluator prints, line by line, from two threads.</summary>
internal sealed class CommandOutput
{
    private const int LinesShown = 3;

    private readonly Lock _gate = new();
    private readonly Queue<string> _complaints = new();
    private Dictionary<string, double>? _metrics;
    private bool _hasBrokenJson;

    /// <summary>A line of standard output: the last one that is a JSON object counts.</summary>
    public void Read(string? line)
    {
        if (line?.Trim() is not ['{', ..] text)
        {
            return;
        }

        var metrics = Parse(text);
        lock (_gate)
        {
            _metrics = metrics ?? _metrics;
            _hasBrokenJson = metrics is null;
        }
    }

    /// <summary>A line of the standard error stream, of which the last ones are shown: a Python error ends with what is wrong.</summary>
    public void Complain(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (_gate)
        {
            _complaints.Enqueue(line.Trim());
            if (_complaints.Count > LinesShown)
            {
                _complaints.Dequeue();
            }
        }
    }

    /// <summary>What the program said that ended with <paramref name="exitCode"/>.</summary>
    public CommandOutcome Outcome(int exitCode)
    {
        lock (_gate)
        {
            var said = _complaints.Count == 0 ? "" : $" (it said: {string.Join(" / ", _complaints).TrimEnd('.')})";
            var problem = exitCode != 0 ? FormattableString.Invariant($"the command ended with exit code {exitCode}{said}")
                : _hasBrokenJson ? $"the last line in braces that the command printed is not JSON, in which there is no NaN or Infinity either{said}"
                : _metrics is null ? $"the command printed no line with a JSON object such as {{\"mAP\": 0.71}}{said}"
                : null;
            return new CommandOutcome(problem is null ? _metrics! : [], problem);
        }
    }

    /// <summary>The numbers of the object; null when the text is no JSON.</summary>
    private static Dictionary<string, double>? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetDouble(out var number) && double.IsFinite(number))
                {
                    metrics[member.Name] = number;
                }
            }

            return metrics;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
