using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Tests.Build;

public sealed class OutputLockTests : IDisposable
{
    private static readonly DateTime LongAgo = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly BuildFixture _project = new();

    public OutputLockTests()
    {
        File.SetLastWriteTimeUtc(_project.Manifest, LongAgo);
        File.SetLastWriteTimeUtc(_project.Model, LongAgo);
    }

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task Second_build_waits_and_takes_the_first_ones_answer()
    {
        using var inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        _project.During = cancellation =>
        {
            inside.Set();
            release.Wait(Forever, cancellation);
        };
        var (firstLog, secondLog) = (new ListLog(), new WaitingLog());
        var first = Task.Run(() => _project.Build(firstLog));
        inside.Wait(Forever);

        var second = Task.Run(() =>
            new BuildSession(_project.Request, _project.ToolVersion, secondLog, NeverRun, _ => throw new InvalidOperationException(), Soon).Run(default)
        );
        secondLog.Spoke.Wait(Forever);
        second.IsCompleted.ShouldBeFalse();
        release.Set();

        (await first).ShouldBe(ExitCode.Passed);
        (await second).ShouldBe(ExitCode.Passed);
        _project.Runs.ShouldBe(1);
        secondLog
            .Headlines[0]
            .ShouldBe(
                $"Waiting for another build of this project (process {Environment.ProcessId}), which is writing to '{_project.Request.OutputDirectory}'."
            );
        secondLog.Headlines[1].ShouldStartWith("digits: ");
    }

    [Fact]
    public void Waiting_ends_with_an_error_that_names_the_folder()
    {
        Directory.CreateDirectory(_project.Request.OutputDirectory);
        using var other = new FileStream(Path.Combine(_project.Request.OutputDirectory, "build.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        var log = new ListLog();

        _project.Build(log, new LockPatience(TimeSpan.Zero, TimeSpan.FromMilliseconds(200))).ShouldBe(ExitCode.Environment);

        var error = log.Diagnostics.ShouldHaveSingleItem();
        error.Code.ShouldBe(BuildCodes.LockTimeout);
        error.Message.ShouldContain(_project.Request.OutputDirectory);
        _project.Runs.ShouldBe(0);
    }

    [Fact]
    public void Waiting_can_be_cancelled()
    {
        Directory.CreateDirectory(_project.Request.OutputDirectory);
        using var other = new FileStream(Path.Combine(_project.Request.OutputDirectory, "build.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        Should.Throw<OperationCanceledException>(() => _project.Build(cancellation: cancel.Token));
    }

    private static LockPatience Soon { get; } = new(TimeSpan.Zero, TimeSpan.FromMinutes(5));

    // Far beyond any scheduling delay: reached only when the test has failed already.
    private static TimeSpan Forever => TimeSpan.FromMinutes(2);

    private static RunResult NeverRun(RunOptions options, IRunObserver observer, CancellationToken cancellation) =>
        throw new InvalidOperationException("The first build's answer holds.");
}
