using ModelOptimizer.Tool.Supervision;

// What starts the other process has little to load: the time until then is added to every command's.
return args is [Worker.Argument, var folder, .. var command] ? Worker.Run(folder, command)
    : Supervisor.Watches(args) ? Supervisor.Run(args)
    : Worker.Run(null, args);
