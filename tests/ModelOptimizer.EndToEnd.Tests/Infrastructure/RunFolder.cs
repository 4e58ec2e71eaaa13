using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>A folder for what is made once a test run: packages and what consumers restore, half a gigabyte. It is empty at the start, and gone after the last test.</summary>
internal static class RunFolder
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "run");

    private static readonly Lazy<string> Emptied = new(() =>
    {
        Delete();
        return Directory.CreateDirectory(Root).FullName;
    });

    /// <summary>A new folder in it.</summary>
    public static string New(string name) => Directory.CreateDirectory(Path.Combine(Emptied.Value, name)).FullName;

    private static void Delete()
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    // xunit 2 has fixtures of classes and collections, none of the whole run, and the host is ended before anything could be done at its exit.
    internal sealed class Framework(IMessageSink messages) : XunitTestFramework(messages)
    {
        protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) => new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);
    }

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink messages) : XunitTestFrameworkExecutor(assembly, sources, messages)
    {
        protected override async void RunTestCases(IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            using var runner = new Runner(TestAssembly, testCases, DiagnosticMessageSink, executionMessageSink, executionOptions);
            await runner.RunAsync();
        }
    }

    private sealed class Runner(ITestAssembly assembly, IEnumerable<IXunitTestCase> testCases, IMessageSink diagnostics, IMessageSink execution, ITestFrameworkExecutionOptions options)
        : XunitTestAssemblyRunner(assembly, testCases, diagnostics, execution, options)
    {
        protected override Task BeforeTestAssemblyFinishedAsync()
        {
            Delete();
            return base.BeforeTestAssemblyFinishedAsync();
        }
    }
}
