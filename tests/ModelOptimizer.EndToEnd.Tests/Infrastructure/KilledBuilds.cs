using System.Diagnostics;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>
/// Kills builds of one project at random moments, looks at what each left, and builds again. The manifest alternates between two that make models of equal
/// length and different bytes, so that no length gives a mix of both away.
/// </summary>
internal sealed class KilledBuilds
{
    private static readonly string[] Norms = ["covariance", "frobenius"];

    private readonly string _cache;
    private readonly Consumer _consumer;
    private readonly string _output;
    private readonly Random _random;
    private readonly List<BuiltFiles> _known = [];
    private readonly List<string> _problems = [];
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<(Func<bool> IsNow, TimeSpan Length)> _phases = [];

    /// <summary>Writes the project and builds it with both manifests, to know what is right and how long it takes.</summary>
    public KilledBuilds(string folder, int seed)
    {
        _cache = Path.Combine(folder, "cache");
        // A compiler that outlives its build would not be killed with it.
        _consumer = new Consumer(Path.Combine(folder, "app"), "<UseSharedCompilation>false</UseSharedCompilation>", cache: _cache);
        _output = _consumer["obj", "modelopt"];
        _random = new Random(seed);
        _consumer.DotNet("restore").ShouldSucceed();
        for (var which = 0; which < Norms.Length; which++)
        {
            Choose(which);
            Watch();
            _known.Add(BuiltFiles.In(_consumer));
        }

        _known[0].Model!.Length.ShouldBe(_known[1].Model!.Length);
        _known[0].Model.ShouldNotBe(_known[1].Model);
    }

    /// <summary>What is not as it should be; nothing else may be here at the end.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How many builds were killed, when, and what they left.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Kills this many builds, by turns at any moment, while the tool runs, and while it replaces the outputs; every other two have to compress, the rest find the result in the cache.</summary>
    public void Kill(int count)
    {
        for (var (killed, round) = (0, 0); killed < count; round++)
        {
            var which = round % 2;
            Choose(which);
            if (round % 4 >= 2 && Directory.Exists(_cache))
            {
                Directory.Delete(_cache, recursive: true);
            }

            if (KillOne(_phases[round % _phases.Count]))
            {
                killed++;
                Examine(which, FormattableString.Invariant($"kill {killed}"));
            }
            else
            {
                Count("ended before they were killed");
            }

            BuildAgain(which, FormattableString.Invariant($"the build after kill {killed}"));
        }
    }

    private bool KillOne((Func<bool> IsNow, TimeSpan Length) phase)
    {
        using var build = Start();
        var drained = Drain(build);
        var clock = Stopwatch.StartNew();
        Wait(build, phase.IsNow);
        var moment = clock.Elapsed + (phase.Length * _random.NextDouble());
        Wait(build, () => clock.Elapsed >= moment);
        if (build.HasExited)
        {
            return false;
        }

        Count(IsReplacing() ? "killed while the tool replaced outputs" : IsInTool() ? "killed while the tool ran" : "killed before or after the tool ran");
        build.Kill(entireProcessTree: true);
        build.WaitForExit();
        drained.GetAwaiter().GetResult();
        // A killed process is gone a moment later; its lock goes with it.
        SpinWait.SpinUntil(LockIsFree, TimeSpan.FromSeconds(10)).ShouldBeTrue("the tool outlived its build");
        return true;
    }

    private void Examine(int which, string what)
    {
        var left = BuiltFiles.In(_consumer);
        var (model, accessor) = (_known.FindIndex(left.HasModelOf), _known.FindIndex(left.HasAccessorOf));
        if (model < 0 || accessor < 0)
        {
            _problems.Add($"{what} left a {(model < 0 ? "model" : "accessor")} that no build makes");
        }
        else if (model == accessor)
        {
            Count(model == which ? "left the new output" : "left the old output");
        }
        else if (left.Finished)
        {
            _problems.Add($"{what} left the model of one build and the accessor of the other, and a state that takes them for whole");
        }
        else
        {
            Count("left new and old files side by side, marked as unfinished");
        }
    }

    private void BuildAgain(int which, string what)
    {
        var build = _consumer.Build("--no-restore");
        var made = BuiltFiles.In(_consumer);
        if (build.ExitCode != 0)
        {
            _problems.Add($"{what} failed:\n{build.Output}");
        }
        else if (!made.Finished || !made.HasModelOf(_known[which]) || !made.HasAccessorOf(_known[which]))
        {
            _problems.Add($"{what} did not make what its manifest says");
        }
        else if (File.ReadAllBytes(_consumer["bin", "Release", "net10.0", $"{_consumer.Name}.dll"]).AsSpan().IndexOf(made.Model) < 0)
        {
            _problems.Add($"{what} left an assembly without its model");
        }
        else
        {
            Count("built again, right");
        }

        var rest = Directory.GetFiles(_output, "*.tmp", SearchOption.AllDirectories);
        if (rest.Length > 0)
        {
            _problems.Add($"{what} left {rest[0]}");
        }
    }

    private void Choose(int which) => _consumer.Write(
        "modelopt.yaml",
        Consumer.Manifest.Replace("budget: { size: 60% }", $"norm: {Norms[which]}\n        ranks: 10", StringComparison.Ordinal));

    // How long the phases last is measured, with the second manifest when everything is warm.
    private void Watch()
    {
        using var build = Start();
        var drained = Drain(build);
        var clock = Stopwatch.StartNew();
        var (inTool, replacing) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var before = clock.Elapsed; !build.HasExited; before = clock.Elapsed)
        {
            Thread.Sleep(1);
            var step = clock.Elapsed - before;
            inTool += IsInTool() ? step : TimeSpan.Zero;
            replacing += IsReplacing() ? step : TimeSpan.Zero;
        }

        var output = drained.GetAwaiter().GetResult();
        build.ExitCode.ShouldBe(0, output);
        _phases.Clear();
        _phases.AddRange([(() => true, clock.Elapsed), (IsInTool, inTool), (IsReplacing, replacing)]);
    }

    // The task's request is there while the tool runs.
    private Process Start()
    {
        Requests().ToList().ForEach(File.Delete);
        return _consumer.Start("build", "-c", "Release", "--no-restore");
    }

    private static async Task<string> Drain(Process process)
    {
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        return string.Concat(texts);
    }

    private static void Wait(Process build, Func<bool> condition)
    {
        while (!build.HasExited && !condition())
        {
            Thread.Sleep(1);
        }
    }

    private bool IsInTool() => Requests().Any();

    // What is to be put into place waits there.
    private bool IsReplacing() => Directory.Exists(Path.Combine(_output, ".staging"));

    private IEnumerable<string> Requests() =>
        Directory.Exists(_output) ? Directory.EnumerateFiles(_output, "request-*.json") : [];

    private bool LockIsFree()
    {
        try
        {
            using var stream = new FileStream(Path.Combine(_output, "build.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;
}
