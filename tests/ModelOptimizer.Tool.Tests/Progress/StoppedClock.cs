namespace ModelOptimizer.Tool.Tests.Progress;

/// <summary>A clock that goes when a test says so.</summary>
internal sealed class StoppedClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Wait(int seconds) => _ticks += TimeSpan.FromSeconds(seconds).Ticks;
}
