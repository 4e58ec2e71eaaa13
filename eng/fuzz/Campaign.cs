using System.Diagnostics;
using ModelOptimizer.Fuzz.Mutation;

namespace ModelOptimizer.Fuzz;

/// <summary>Something that the product did wrong with an input.</summary>
/// <param name="Subject">The kind of input.</param>
/// <param name="Seed">The campaign's seed.</param>
/// <param name="Index">The input's number.</param>
/// <param name="Kind">The same for findings with one cause, as far as a program can tell.</param>
/// <param name="Detail">For people.</param>
/// <param name="Input">The file.</param>
internal sealed record Finding(string Subject, int Seed, int Index, string Kind, string Detail, byte[] Input);

/// <summary>Mutates the specimens of a subject and lets the product use them.</summary>
/// <param name="subject">What is mutated.</param>
/// <param name="seed">The same seed makes the same inputs.</param>
internal sealed class Campaign(Subject subject, int seed)
{
    // An input takes milliseconds; a busy machine a hundred times as many.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private const long MostBytes = 1L << 29;
    private string _end = "";

    /// <summary>The end of an input that nothing is said of.</summary>
    public const string Accepted = "accepted";

    /// <summary>How the inputs ended: how often with which code, <c>accepted</c> where nothing was said.</summary>
    public SortedDictionary<string, int> Ends { get; } = new(StringComparer.Ordinal);

    /// <summary>Tries inputs number <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1.</summary>
    /// <param name="first">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="begin">Told the number of each: the process may end with it.</param>
    public IEnumerable<Finding> Run(int first, int count, Action<int>? begin = null)
    {
        using var workplace = new Workplace(subject);
        for (var index = first; index < first + count; index++)
        {
            begin?.Invoke(index);
            var random = new Random(HashCodeOf(index));
            var specimen = subject.Specimens[random.Next(subject.Specimens.Count)];
            var input = specimen.Pack(Mutator.Mutate(specimen, subject.Specimens, random));
            workplace.Put(specimen, input);
            foreach (var (kind, detail) in Try(workplace, specimen))
            {
                yield return new Finding(subject.Name, seed, index, kind, detail, input);
                if (kind == "endless")
                {
                    yield break;
                }
            }
        }
    }

    /// <summary>What is said of the specimens as they are: one that is refused is not worth a mutation.</summary>
    public IEnumerable<(Specimen Specimen, string End)> Plain()
    {
        using var workplace = new Workplace(subject);
        foreach (var specimen in subject.Specimens)
        {
            workplace.Put(specimen, specimen.Pack(specimen.Content));
            var problems = Try(workplace, specimen);
            yield return (specimen, problems.Count > 0 ? problems[0].Detail : _end);
        }
    }

    // Not string.GetHashCode, which differs between processes.
    private int HashCodeOf(int index) => subject.Name.Aggregate(unchecked((seed * 486187739) + index), (hash, letter) => unchecked((hash * 31) + letter));

    private List<(string Kind, string Detail)> Try(Workplace workplace, Specimen specimen)
    {
        List<(string, string)> problems = [];
        using var cancel = new CancellationTokenSource();
        Exception? thrown = null;
        List<Diagnostic> said = [];
        var allocated = 0L;
        var thread = new Thread(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var watch = workplace.Watch();
                said.AddRange(subject.Run(workplace.Project, specimen, cancel.Token));
            }
#pragma warning disable CA1031 // Whatever it is, it is a finding.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                thrown = exception;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        thread.IsBackground = true;
        var watch = Stopwatch.StartNew();
        thread.Start();
        if (!thread.Join(Longest))
        {
            cancel.Cancel();
            if (!thread.Join(Longest))
            {
                return [("endless", $"still running after {watch.Elapsed.TotalSeconds:0} s, though cancelled")];
            }

            if (!subject.MayTakeLong)
            {
                problems.Add(("slow", $"took {watch.Elapsed.TotalSeconds:0.0} s"));
            }
        }

        if (thrown is not null and not OperationCanceledException)
        {
            said.Add(Failure.Of(thrown));
        }

        // Of all that a run allocates; one that may take long may also train.
        if (allocated > (subject.MayTakeLong ? 8 : 1) * MostBytes)
        {
            problems.Add(("memory", $"allocated {allocated >> 20} MiB"));
        }

        problems.AddRange(said.Where(one => one.Code is RunCodes.Internal or RunCodes.BrokenRewrite or RunCodes.OutOfMemory || one.Code.Length == 0)
            .Select(one => ($"{one.Code} {Place(one.Message)}", one.Message)));
        problems.AddRange(workplace.Trespasses.Select(trespass => ("trespass", trespass)));
        problems.AddRange(workplace.Restore(specimen).Select(stray => ("stray", stray)));
        var error = said.FirstOrDefault(one => one.Severity == DiagnosticSeverity.Error);
        _end = error is null ? Accepted : error.ToString();
        var end = error?.Code ?? Accepted;
        Ends[end] = Ends.GetValueOrDefault(end) + 1;
        return problems;
    }

    // The exception, and the first frame of ours.
    private static string Place(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.TrimEntries);
        var name = lines[0].Split("share it. ") is [_, var what] ? what[..Math.Min(what.Length, 80)] : "";
        var frame = lines.FirstOrDefault(line => line.StartsWith("at ModelOptimizer.", StringComparison.Ordinal)) ?? "";
        return $"{name.Split(':')[0]} {frame.Split('(')[0]}";
    }
}
