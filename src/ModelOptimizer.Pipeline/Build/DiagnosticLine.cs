using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>A <see cref="DiagnosticDocument"/> on its way to the task.</summary>
/// <param name="Type">Always <c>diagnostic</c>.</param>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>note</c>.</param>
/// <param name="Code">Such as <c>MOC4001</c>.</param>
/// <param name="File">Absolute path; empty when there is no place.</param>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="Column">From 1; 0 for the file as a whole.</param>
/// <param name="Message">What is wrong and what to do.</param>
internal sealed record DiagnosticLine(string Type, string Severity, string Code, string File, int Line, int Column, string Message);
