/** What `make k8s-up` compiles and installs. Nothing else names a version; the go.sum beside each program vouches for what it is made of. */

/** Shown by `kubectl version`; same as in programs/kubernetes/go.mod. */
export const kubernetesVersion = '1.34.2'

/** Same as in programs/coredns/go.mod. */
export const corednsVersion = '1.12.1'

/** Debian's package for each program that must be there. */
export const debianPrograms = {
  etcd: 'etcd-server',
  kubectl: 'kubernetes-client',
  containerd: 'containerd',
  runc: 'runc',
  buildah: 'buildah',
  debootstrap: 'debootstrap',
  busybox: 'busybox-static',
  iptables: 'iptables',
  nft: 'nftables',
  conntrack: 'conntrack',
  ip: 'iproute2',
  openssl: 'openssl',
} as const

/** Has no program on the PATH: this folder of it must be there. */
export const cniPlugins = { folder: '/usr/lib/cni', debianPackage: 'containernetworking-plugins' }

/** What images are built on. */
export const debianSuite = 'bookworm'
export const npmVersion = '11.19.1'
