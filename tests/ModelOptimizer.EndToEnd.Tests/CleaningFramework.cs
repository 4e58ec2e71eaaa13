using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ModelOptimizer.EndToEnd.Tests;

/// <summary>
/// Notes which scenarios are to be run, and deletes <see cref="RunFolder"/> after the last test. xunit 2 has fixtures of classes and collections, none of the
/// whole run, and the host is ended before anything could be done at its exit.
/// </summary>
internal sealed class CleaningFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink messages)
        : XunitTestFrameworkExecutor(assembly, sources, messages)
    {
        protected override async void RunTestCases(
            IEnumerable<IXunitTestCase> testCases,
            IMessageSink executionMessageSink,
            ITestFrameworkExecutionOptions executionOptions
        )
        {
            var cases = testCases.ToList();
            Catalogue.Selected = cases.SelectMany(test => test.TestMethodArguments ?? []).OfType<ScenarioName>().Select(name => name.ToString()).ToHashSet();
            using var runner = new Runner(TestAssembly, cases, DiagnosticMessageSink, executionMessageSink, executionOptions);
            await runner.RunAsync();
        }
    }

    private sealed class Runner(
        ITestAssembly assembly,
        IEnumerable<IXunitTestCase> testCases,
        IMessageSink diagnostics,
        IMessageSink execution,
        ITestFrameworkExecutionOptions options
    ) : XunitTestAssemblyRunner(assembly, testCases, diagnostics, execution, options)
    {
        protected override Task BeforeTestAssemblyFinishedAsync()
        {
            RunFolder.Delete();
            return base.BeforeTestAssemblyFinishedAsync();
        }
    }
}
