using ModelOptimizer.Methods;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Tests.Progress;

public class PhasePaceTests
{
    private readonly StoppedClock _clock = new();
    private readonly PhasePace _pace;

    public PhasePaceTests() => _pace = new PhasePace(_clock);

    [Fact]
    public void Nothing_is_said_before_the_first_step_is_done()
    {
        _pace.Left.ShouldBeNull();
        _pace.Note(new MethodProgress("search", 0, 10));
        _clock.Wait(5);

        _pace.Left.ShouldBeNull();
    }

    [Fact]
    public void The_time_left_is_that_of_the_steps_left_and_passes()
    {
        _pace.Note(new MethodProgress("search", 0, 10));
        _clock.Wait(6);
        _pace.Note(new MethodProgress("search", 2, 10));

        _pace.Left.ShouldBe(TimeSpan.FromSeconds(24));
        _clock.Wait(4);
        _pace.Left.ShouldBe(TimeSpan.FromSeconds(20));
        _clock.Wait(100);
        _pace.Left.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Another_phase_starts_anew()
    {
        _pace.Note(new MethodProgress("ranks", 0, 2));
        _clock.Wait(1000);
        _pace.Note(new MethodProgress("ranks", 1, 2));
        _pace.Note(new MethodProgress("search", 0, 5));
        _pace.Left.ShouldBeNull();
        _clock.Wait(3);
        _pace.Note(new MethodProgress("search", 1, 5));

        _pace.Left.ShouldBe(TimeSpan.FromSeconds(12));
    }
}
