namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Threads for one decomposition, which has thousands of short steps that all wait for each other: they look for the next step without sleeping. The work of a
/// step is cut into tasks by its size alone, and a task writes only what is its own, so that results do not depend on the number of threads or on who is first.
/// A thread that the system gives no time delays nobody before it has begun a task: others take what it left.
/// </summary>
internal sealed class Workers : IDisposable
{
    // More share a memory that a few already saturate.
    private const int MostThreads = 16;
    private const int LeastShared = 256;

    // About 10 µs, longer than what lies between two steps; then other programs may have the core.
    private const int Spins = 400;
    private const int Yields = 2000;

    private readonly Thread[] _others;
    private readonly object _gate = new();
    private volatile Step? _current;
    private volatile bool _ended;
    private int _sleeping;

    private Workers(int threads)
    {
        _others = new Thread[threads - 1];
        for (var i = 0; i < _others.Length; i++)
        {
            var own = i + 1;
            _others[i] = new Thread(() => Work(own)) { IsBackground = true, Name = "linear algebra" };
            _others[i].Start();
        }
    }

    /// <summary>
    /// Threads for a decomposition of a matrix with <paramref name="order"/> rows or columns, whichever are fewer: none but the caller's where starting them
    /// takes longer than they save.
    /// </summary>
    public static Workers For(int order) => order < LeastShared ? None : Start(Math.Min(Environment.ProcessorCount, MostThreads));

    /// <summary>Only the calling thread.</summary>
    public static Workers None { get; } = new(1);

    /// <summary>So many threads, the calling one among them.</summary>
    public static Workers Start(int threads) => new(threads);

    /// <summary>
    /// Calls <paramref name="body"/> for every task from 0 to <paramref name="tasks"/> − 1, the calling thread among those that do, and returns when all are
    /// done.
    /// </summary>
    public void Run(int tasks, Action<int> body)
    {
        if (tasks == 1 || _others.Length == 0)
        {
            for (var i = 0; i < tasks; i++)
            {
                body(i);
            }

            return;
        }

        var step = new Step(tasks, body);
        _current = step;
        // Either a thread that goes to sleep sees the step, or this sees that it sleeps.
        Interlocked.MemoryBarrier();
        Wake();
        step.Take(0, _others.Length + 1);
        for (var wait = 0; !step.IsDone; wait++)
        {
            Pause(wait);
        }

        step.ThrowIfFailed();
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _ended = true;
        Interlocked.MemoryBarrier();
        Wake();
        foreach (var thread in _others)
        {
            thread.Join();
        }
    }

    private static void Pause(int wait)
    {
        if (wait < Spins)
        {
            Thread.SpinWait(1);
        }
        else
        {
            Thread.Yield();
        }
    }

    private void Work(int own)
    {
        Step? last = null;
        while (!_ended)
        {
            for (var wait = 0; ReferenceEquals(_current, last) && !_ended; wait++)
            {
                if (wait < Spins + Yields)
                {
                    Pause(wait);
                }
                else
                {
                    Sleep(last);
                    wait = 0;
                }
            }

            last = _current;
            last?.Take(own, _others.Length + 1);
        }
    }

    private void Sleep(Step? last)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _sleeping);
            while (ReferenceEquals(_current, last) && !_ended)
            {
                Monitor.Wait(_gate);
            }

            Interlocked.Decrement(ref _sleeping);
        }
    }

    private void Wake()
    {
        if (Volatile.Read(ref _sleeping) > 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    private sealed class Step(int tasks, Action<int> body)
    {
        private readonly int[] _taken = new int[tasks];
        private int _open = tasks;
        private Exception? _failure;

        public bool IsDone => Volatile.Read(ref _open) == 0;

        // First the tasks that a thread had in the last step too, whose numbers are in its cache.
        public void Take(int own, int threads)
        {
            for (var first = 0; first < threads; first++)
            {
                for (var task = (own + first) % threads; task < _taken.Length; task += threads)
                {
                    if (Volatile.Read(ref _taken[task]) == 0 && Interlocked.Exchange(ref _taken[task], 1) == 0)
                    {
                        Do(task);
                    }
                }
            }
        }

        public void ThrowIfFailed()
        {
            if (_failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
            }
        }

        private void Do(int task)
        {
            try
            {
                body(task);
            }
            catch (Exception error)
            {
                _failure = error;
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }
}
