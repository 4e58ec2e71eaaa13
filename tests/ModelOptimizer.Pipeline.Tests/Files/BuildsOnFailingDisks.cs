using ModelOptimizer.Build;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Tests.Build;

namespace ModelOptimizer.Pipeline.Tests.Files;

/// <summary>
/// A project is built again after its model changed, while the disk fails at each change in turn: every output is the old one or the new one, whole, no state
/// answers for outputs that are not there, and the next build makes it right.
/// </summary>
public sealed class BuildsOnFailingDisks
{
    [Theory]
    [InlineData(FaultKind.FullOnce)]
    [InlineData(FaultKind.Full)]
    [InlineData(FaultKind.ReadOnly)]
    [InlineData(FaultKind.Killed)]
    public void Outputs_are_old_or_new(FaultKind kind)
    {
        var happened = true;
        for (var at = 0; happened; at++)
        {
            using var project = new BuildFixture();
            project.Embed = project.Embed! with { Compression = EmbedCompression.Brotli };
            BuildFixture.Write(project.Model, new string('a', 400));
            project.Build().ShouldBe(0);
            var old = Outputs(project);
            BuildFixture.Write(project.Model, new string('b', 600));

            var log = new ListLog();
            int? exitCode = null;
            var place = $"{kind} at change {at}";
            using (var fault = new Fault(kind, at))
            {
                try
                {
                    exitCode = project.Build(log);
                }
                catch (Exception exception) when (kind == FaultKind.Killed && exception.Message == "killed")
                {
                }

                happened = fault.Happened;
            }

            var between = Outputs(project);
            var state = BuildState.Read(project.StateFile);
            var answers = state is { ToolVersion.Length: > 0, Succeeded: true };
            GC.Collect();
            GC.WaitForPendingFinalizers();
            project.Build().ShouldBe(0, place);
            var @new = Outputs(project);

            foreach (var (file, content) in between)
            {
                (old.GetValueOrDefault(file) == content || @new.GetValueOrDefault(file) == content).ShouldBeTrue($"{file}, {place}");
            }

            if (exitCode is { } code)
            {
                code.ShouldBeOneOf([0, 3], place);
                (code == 0 || log.Diagnostics.Exists(one => one.Code == "MOC5113")).ShouldBeTrue(place);
                (code != 0 || between.Count == @new.Count).ShouldBeTrue(place);
            }

            // Whoever believes the state gets one of the two wholly.
            (!answers || Same(between, old) || Same(between, @new)).ShouldBeTrue(place);
            var entries = Directory.GetFileSystemEntries(project.Request.OutputDirectory).Select(Path.GetFileName).Order(StringComparer.Ordinal);
            string.Join(' ', entries).ShouldBe("DigitsModel.g.cs build.lock digits state.json", place);
            @new.Count.ShouldBe(3, place);
        }
    }

    private static bool Same(Dictionary<string, string> one, Dictionary<string, string> other) =>
        one.Count == other.Count && one.All(file => other.GetValueOrDefault(file.Key) == file.Value);

    // What the project's compiler would see.
    private static Dictionary<string, string> Outputs(BuildFixture project) => Directory.EnumerateFiles(project.Request.OutputDirectory, "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains(".staging", StringComparison.Ordinal) && !file.EndsWith(".tmp", StringComparison.Ordinal))
        .Where(file => Path.GetFileName(file) is not ("state.json" or "build.lock" or "build.lock.owner"))
        .ToDictionary(file => Path.GetRelativePath(project.Request.OutputDirectory, file), file => Convert.ToHexString(File.ReadAllBytes(file)));
}
