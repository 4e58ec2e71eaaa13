using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>Second moments of one run in the next, which does something else with them.</summary>
public sealed class KeptMomentTests : IDisposable
{
    private const string Passes = "cosine: { min: 1% }";

    private readonly SmallProject _project = new(Passes);

    public KeptMomentTests()
    {
        _project.MakeSlow();
        _project.Run(cached: true).ExitCode.ShouldBe(0);
    }

    private string Area => Path.Combine(_project.Cache, CacheLayout.Moments);

    [Theory]
    [InlineData("tucker", "budget: { params: 40% }")]
    [InlineData("cp", "budget: { params: 60% }")]
    [InlineData("quantize", "weights: 4, fit: independent")]
    public void Another_step_reads_them_and_gives_the_bytes_that_it_gives_without(string method, string step)
    {
        var seals = Directory.GetFiles(Area, EntrySeal.FileName, SearchOption.AllDirectories).Order().ToList();
        seals.Count.ShouldBe(3);
        seals.ForEach(seal => File.SetLastWriteTimeUtc(seal, DateTime.UnixEpoch));

        var found = Run(method, step, cached: true);

        Directory.GetFiles(Area, EntrySeal.FileName, SearchOption.AllDirectories).Order().ShouldBe(seals);
        seals.ShouldAllBe(seal => File.GetLastWriteTimeUtc(seal) > DateTime.UnixEpoch);
        Run(method, step, cached: false).ShouldBe(found);
    }

    [Fact]
    public void One_that_is_not_whole_is_measured_again()
    {
        var data = Directory.GetFiles(Area, "data", SearchOption.AllDirectories).MaxBy(file => new FileInfo(file).Length)!;
        var whole = File.ReadAllBytes(data);
        File.WriteAllBytes(data, whole[..(whole.Length / 2)]);
        var observer = new RecordingObserver();

        var found = Run("cp", "budget: { params: 60% }", cached: true, observer);

        observer.Messages.ShouldContain(message => message.Contains("is damaged", StringComparison.Ordinal));
        File.ReadAllBytes(data).ShouldBe(whole);
        Run("cp", "budget: { params: 60% }", cached: false).ShouldBe(found);
    }

    public void Dispose() => _project.Dispose();

    private byte[] Run(string method, string step, bool cached, RecordingObserver? observer = null)
    {
        _project.WriteManifest(Passes, method: method, step: step);
        File.Delete(_project.Output);
        _project.Run(observer, cached).ExitCode.ShouldBe(0);
        return File.ReadAllBytes(_project.Output);
    }
}
