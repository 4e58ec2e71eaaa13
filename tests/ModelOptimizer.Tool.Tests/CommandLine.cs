using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Testing;
using ModelOptimizer.Tool.Commands;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Tests;

/// <summary>Invokes the command line in a folder of its own.</summary>
internal sealed class CommandLine : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public CommandLine() => Report = SampleReports.Passed(Folder);

    public string Folder => _folder.Path;

    public int Width { get; init; } = 80;

    /// <summary>The environment variable <c>ModelOptimizerCache</c>.</summary>
    public string? CacheVariable { get; init; }

    public IReadOnlyList<IMethod> Methods { get; init; } = [new SampleMethod()];

    /// <summary>What runs a manifest; by default a stand-in that keeps what it was asked.</summary>
    public RunManifest? Runner { get; init; }

    /// <summary>What the stand-in reports.</summary>
    public RunResult Report { get; set; }

    /// <summary>What the stand-in does before it reports.</summary>
    public Action<RunOptions, IRunObserver, CancellationToken> During { get; set; } = (_, _, _) => { };

    /// <summary>What the stand-in was asked.</summary>
    public RunOptions? Asked { get; private set; }

    public string Out => Clean(_out);

    public string Error => Clean(_error);

    public Task<int> Invoke(params string[] arguments) => Invoke(default, arguments);

    public Task<int> Invoke(CancellationToken cancellation, params string[] arguments)
    {
        var terminal = new Terminal { Out = _out, Error = _error, CurrentDirectory = Folder, CacheVariable = CacheVariable, Width = Width };
        return new Application(terminal, Runner ?? Run, Methods).Invoke(arguments, cancellation);
    }

    public void Dispose() => _folder.Dispose();

    private RunResult Run(RunOptions options, IRunObserver observer, CancellationToken cancellation)
    {
        Asked = options;
        During(options, observer, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return Report;
    }

    private string Clean(StringWriter writer) => writer.ToString().Replace(Folder, "<folder>", StringComparison.Ordinal).ReplaceLineEndings("\n");
}
