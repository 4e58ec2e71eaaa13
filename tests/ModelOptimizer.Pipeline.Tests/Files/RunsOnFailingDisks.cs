using System.IO.Compression;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Pipeline.Tests.Datasets;
using ModelOptimizer.Pipeline.Tests.Running;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Files;

/// <summary>
/// A model is compressed anew while the disk fails at each change in turn: every file is the old one or the new one, whole, and the next run makes it right.
/// </summary>
public sealed class RunsOnFailingDisks : IDisposable
{
    private readonly TempFolder _folder = new();

    public RunsOnFailingDisks()
    {
        new GraphBuilder().Input("x", [-1, 8]).Gemm("x", "hidden", 12, 8).Node("Relu", ["hidden"], ["active"]).Gemm("active", "y", 4, 12).Output("y", [-1, 4])
            .Build().Save(_folder["model.onnx"]);
        foreach (var (name, seed) in new[] { ("d.npz", 1), ("e.npz", 2) })
        {
            var images = ArrayWriter.Npy("<f4", [16, 8], GraphBuilder.Normal([16, 8], 1, seed));
            File.WriteAllBytes(_folder[name], ArrayWriter.Npz(CompressionLevel.NoCompression, ("x", images)));
        }
    }

    [Theory]
    [InlineData(FaultKind.FullOnce)]
    [InlineData(FaultKind.Full)]
    [InlineData(FaultKind.ReadOnly)]
    [InlineData(FaultKind.Killed)]
    public void Files_are_old_or_new(FaultKind kind)
    {
        Compress(ranks: 2).ShouldBe(ExitCode.Passed);
        var old = Files();
        Directory.Delete(_folder["cache"], recursive: true);
        Compress(ranks: 3).ShouldBe(ExitCode.Passed);
        var @new = Files();

        var happened = true;
        for (var at = 0; happened; at++)
        {
            Restore(old);
            var said = new RecordingObserver();
            int exitCode;
            using (var fault = new Fault(kind, at))
            {
                exitCode = Compress(ranks: 3, said);
                happened = fault.Happened;
            }

            var place = $"{kind} at change {at}";
            foreach (var (file, content) in Files().Where(file => !file.Key.EndsWith(".tmp", StringComparison.Ordinal)))
            {
                (content.SequenceEqual(old[file]) || content.SequenceEqual(@new[file])).ShouldBeTrue($"{file}, {place}");
            }

            if (kind != FaultKind.Killed)
            {
                said.Diagnostics.ShouldNotContain(one => one.Code == RunCodes.Internal, place);
                exitCode.ShouldBeOneOf([ExitCode.Passed, ExitCode.Environment], place);
                if (exitCode == ExitCode.Passed)
                {
                    ShouldBeNew(place);
                }
            }

            if (kind is FaultKind.Full or FaultKind.FullOnce)
            {
                Files().Keys.Order().ShouldBe(old.Keys.Order(), place);
            }

            MakeOld(TimeSpan.FromHours(at % 2 == 0 ? -1 : 1));
            Compress(ranks: 3).ShouldBe(ExitCode.Passed, place);
            Files().Keys.Order().ShouldBe(@new.Keys.Order(), place);
            ShouldBeNew($"in the run after {place}");
        }

        void ShouldBeNew(string place)
        {
            // A report also says whether the lock file was there already.
            foreach (var file in new[] { "model.compressed.onnx", "modelopt.lock.json" })
            {
                Files()[file].SequenceEqual(@new[file]).ShouldBeTrue($"{file}, {place}");
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private int Compress(int ranks, RecordingObserver? observer = null)
    {
        File.WriteAllText(_folder["modelopt.yaml"], $$"""
            version: 1
            device: cpu
            datasets:
              d: { path: d.npz, inputs: { x: x } }
              e: { path: e.npz, inputs: { x: x } }
            models:
              m:
                source: model.onnx
                calibrate: { dataset: d }
                evaluate: { dataset: e, metrics: [cosine] }
                compress: [{ method: tucker, ranks: {{ranks}} }]
                gates: [{ cosine: { min: 0.01 } }]
            """);
        var options = new RunOptions { ManifestPath = _folder["modelopt.yaml"], CacheDirectory = _folder["cache"], WriteLock = true };
        return CompressionRunner.Run(options, observer ?? new RecordingObserver(), CancellationToken.None).ExitCode;
    }

    private Dictionary<string, byte[]> Files() => Directory.GetFiles(_folder.Path)
        .Where(file => Path.GetFileName(file).StartsWith("model.compressed", StringComparison.Ordinal) || file.Contains(".lock.json", StringComparison.Ordinal))
        .ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);

    private void Restore(Dictionary<string, byte[]> files)
    {
        Files().Keys.ToList().ForEach(file => File.Delete(_folder[file]));
        if (Directory.Exists(_folder["cache"]))
        {
            Directory.Delete(_folder["cache"], recursive: true);
        }

        foreach (var (file, content) in files)
        {
            File.WriteAllBytes(_folder[file], content);
        }
    }

    // A run that was killed has another process's number, and is some time ago; or the clock was set back since.
    private void MakeOld(TimeSpan when)
    {
        // Of which the system would have closed all files.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        foreach (var file in Files().Keys.Where(file => file.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            var renamed = _folder[file.Replace($".{Environment.ProcessId}.", ".2147483647.", StringComparison.Ordinal)];
            File.Move(_folder[file], renamed);
            File.SetLastWriteTimeUtc(renamed, DateTime.UtcNow + when);
        }
    }
}
