using ModelOptimizer.Methods;

namespace ModelOptimizer.Tool.Progress;

/// <summary>Time left of one phase of a model. Its bar shows several phases one after another, and what the last one took says nothing of the next.</summary>
internal sealed class PhasePace(TimeProvider clock)
{
    // The bars are drawn on a thread of their own.
    private readonly Lock _lock = new();
    private MethodProgress? _first;
    private MethodProgress _last;
    private long _start;
    private TimeSpan _spent;

    /// <summary>As seen from now; null when nothing can be said yet.</summary>
    public TimeSpan? Left
    {
        get
        {
            lock (_lock)
            {
                if (_first is not { } first || _last.Done <= first.Done)
                {
                    return null;
                }

                var left = (_spent / (_last.Done - first.Done) * (_last.Total - _last.Done)) - (clock.GetElapsedTime(_start) - _spent);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Takes note of how far the phase is. When no more is done than before, another phase has begun.</summary>
    public void Note(MethodProgress progress)
    {
        lock (_lock)
        {
            if (_first is null || progress.Done <= _last.Done)
            {
                (_first, _start) = (progress, clock.GetTimestamp());
            }

            (_last, _spent) = (progress, clock.GetElapsedTime(_start));
        }
    }
}
