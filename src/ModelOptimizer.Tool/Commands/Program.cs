using System.Runtime.InteropServices;
using System.Text;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tool.Commands;
using ModelOptimizer.Tool.Output;

// Whatever a library prints must not get between results, and the build task reads this stream as JSON.
var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
Console.OutputEncoding = utf8;
var terminal = Terminal.OfProcess();
Console.SetOut(Console.Error);

using var cancel = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
return await new Application(terminal, CompressionRunner.Run, MethodCatalogue.All).Invoke(args, cancel.Token);

// The second signal ends the process: somebody means it.
void Cancel(PosixSignalContext context)
{
    context.Cancel = !cancel.IsCancellationRequested;
    cancel.Cancel();
}
